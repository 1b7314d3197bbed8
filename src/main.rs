//! The `ctxlint` command: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    ctxlint::cli::run()
}
