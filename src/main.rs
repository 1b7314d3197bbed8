//! The `ctxlint` command.

fn main() {}
