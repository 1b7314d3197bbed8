//! An agent that names an MCP server which nothing declares.

use crate::artifacts::{self, Agent, Word};
use crate::clients::{Role, claude_code};
use crate::config::{Known, nearest};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::model::Node;
use crate::source::Span;
use crate::workspace::Workspace;
use std::collections::BTreeSet;

/// The lint.
pub static MISSING_SERVER: Lint = Lint {
    name: "missing-server",
    summary: "an MCP server that an agent names and that no `.mcp.json` of the repository declares",
    page: include_str!("../../docs/lints/missing-server.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the agent has none of its tools, unless the person has the server in settings of their own",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// Servers that do not come from `.mcp.json`: those of plugins and those of the account.
const FROM_ELSEWHERE: [&str; 3] = ["plugin_", "claude_ai_", "claude-in-chrome"];

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    if !workspace.has_client(claude_code::CLIENT.name) {
        return;
    }
    let (declared, files) = declared(workspace);
    // Where nobody shares a server, all of them are personal.
    if files == 0 && !cx.pedantic {
        return;
    }
    for agent in artifacts::agents(workspace) {
        let mut said: BTreeSet<String> = BTreeSet::new();
        for word in agent.servers.iter().cloned().chain(agent.tools.iter().filter_map(server_of)) {
            let own = agent.own_servers.contains(&&*word.text);
            let elsewhere = FROM_ELSEWHERE.iter().any(|start| word.text.starts_with(start));
            let known = Known::holds(&workspace.settings.known.servers, &word.text);
            if own || elsewhere || known || declared.contains(&*word.text) || !said.insert(word.text.clone()) {
                continue;
            }
            report(cx, &agent, &word, &declared);
        }
    }
}

/// The names of all servers that the repository declares for Claude Code, and how many files declare any.
fn declared(workspace: &Workspace) -> (BTreeSet<&str>, usize) {
    let mut names = BTreeSet::new();
    let mut files = 0;
    for file in workspace.files.iter().filter(|file| file.has_role(&[Role::McpConfig, Role::Plugin])) {
        let is_config = file.has_role(&[Role::McpConfig]);
        let data = file.document.data.as_ref();
        let servers = data.and_then(|data| data.get("mcpServers")).map(|entry| entry.value.entries());
        let Some(servers) = servers.or_else(|| data.filter(|_| is_config).map(Node::entries)) else { continue };
        names.extend(servers.iter().map(|entry| &*entry.key));
        files += usize::from(!servers.is_empty() && file.roles.iter().any(|at| at.client == claude_code::CLIENT.name));
    }
    (names, files)
}

/// `github` of the tool `mcp__github__search`.
fn server_of(tool: &Word) -> Option<Word> {
    let rest = tool.text.strip_prefix("mcp__")?;
    let name = rest.split("__").next().unwrap_or(rest);
    let name = name.split('(').next().unwrap_or(name);
    if name.is_empty() || name.contains(['*', '{', '$', '<']) {
        return None;
    }
    let start = tool.span.start as usize + "mcp__".len();
    let whole = tool.span.len() == tool.text.len();
    let span = if whole { Span::new(start, start + name.len()) } else { tool.span };
    Some(Word { text: name.to_owned(), span })
}

fn report(cx: &mut Checker<'_>, agent: &Agent<'_>, word: &Word, declared: &BTreeSet<&str>) {
    let client = &claude_code::CLIENT;
    let file = agent.place.file;
    let near = nearest(&word.text, declared.iter().copied());
    let fix = near.filter(|_| word.span.slice(&file.source.text) == word.text).map(|near| Fix {
        title: format!("write `{near}`"),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: file.path.clone(), span: word.span, text: near.to_owned() }],
    });
    cx.report(Diagnostic {
        message: format!("this repository declares no MCP server `{}`", word.text),
        help: match near {
            Some(near) => format!("write `{near}`"),
            None => "declare it in `.mcp.json`, or name it under `known.servers` in ctxlint.toml".to_owned(),
        },
        span: Some(word.span),
        clients: vec![newest(client)],
        key: word.text.clone(),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&file.path)
    });
}
