//! Words of rules whose breach does lasting harm.

/// Beginnings of lower-case words that speak of secrets, of data, of production, and of what cannot be taken back. Who
/// looks for them adds what else is grave for its purpose.
pub const LASTING_HARM: [&str; 18] = [
    "secret",
    "credential",
    "password",
    "api key",
    "api-key",
    "private key",
    "access token",
    "auth token",
    "personal data",
    "production data",
    "production database",
    "to production",
    "drop table",
    "force push",
    "force-push",
    "push --force",
    "rm -rf",
    "--no-verify",
];
