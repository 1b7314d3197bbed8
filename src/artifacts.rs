//! Skills, agents and commands as typed values over the spanned frontmatter: what they are called, where they belong, and
//! which names their keys hold.

pub mod permissions;

use crate::clients::{self, Evidence, FieldValue, Form, Role, claude_code};
use crate::discover::RoleAt;
use crate::model::{Entry, Node, NodeKind};
use crate::paths::{Presence, file_name, join, parent};
use crate::source::Span;
use crate::workspace::{File, Workspace};

/// A name in a value, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name.
    pub text: String,
    /// Where it stands; the whole value where its parts cannot be told apart in the source.
    pub span: Span,
}

/// Where a file stands among others of its kind.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a File,
    /// Under which path its client finds it.
    pub at: &'a RoleAt,
    /// The folder that holds all files of its kind: `.claude/agents`, `plugins/a/skills`.
    pub tree: &'a str,
    /// The root of the plugin that it belongs to; `None` outside of plugins.
    pub plugin: Option<&'a str>,
}

/// A skill.
#[derive(Clone, Debug)]
pub struct Skill<'a> {
    /// Where it is.
    pub place: Place<'a>,
    /// The name of its folder, by which Claude Code calls it.
    pub directory: &'a str,
    /// Its `name`.
    pub label: Option<Word>,
    /// The model may invoke it.
    pub for_model: bool,
    /// A person may invoke it.
    pub for_user: bool,
}

/// A subagent.
#[derive(Clone, Debug)]
pub struct Agent<'a> {
    /// Where it is.
    pub place: Place<'a>,
    /// Its `name`; Claude Code skips an agent without one.
    pub name: Option<Word>,
    /// The tools that it has, and those that it does not have.
    pub tools: Vec<Word>,
    /// The skills that it starts with.
    pub skills: Vec<Word>,
    /// The MCP servers that it names; those that it declares itself are not among them.
    pub servers: Vec<Word>,
    /// The MCP servers that it declares itself.
    pub own_servers: Vec<&'a str>,
}

/// A slash command.
#[derive(Clone, Debug)]
pub struct Command<'a> {
    /// Where it is.
    pub place: Place<'a>,
    /// What is typed after the slash, with `:` between folders.
    pub name: String,
}

/// The files that a client takes for one role, in the order of their paths.
fn places<'a>(workspace: &'a Workspace, client: &str, role: Role) -> Vec<Place<'a>> {
    let files = workspace.files.iter().filter(|file| file.linted && file.is_readable());
    let roles = files.flat_map(|file| file.roles.iter().map(move |at| (file, at)));
    let wanted = roles.filter(|(_, at)| at.role == role && at.client == client);
    wanted.map(|(file, at)| place(workspace, file, at)).collect()
}

/// Where a file stands among others of its kind.
pub fn place<'a>(workspace: &Workspace, file: &'a File, at: &'a RoleAt) -> Place<'a> {
    let rule = clients::by_name(at.client).and_then(|client| client.rule_of(&at.path));
    let Some(rule) = rule else {
        let root = plugin_root(workspace, &at.path).unwrap_or("");
        let inside = at.path.strip_prefix(root).unwrap_or(&at.path).trim_start_matches('/');
        let first = inside.split('/').next().unwrap_or("");
        let end = at.path.len() - inside.len() + first.len();
        return Place { file, at, tree: &at.path[..end], plugin: Some(root) };
    };
    let inner = format!("/{}/", rule.dir);
    let end = match at.path.starts_with(&inner[1..]) {
        true => rule.dir.len(),
        false => at.path.find(&inner).map_or(0, |start| start + inner.len() - 1),
    };
    Place { file, at, tree: &at.path[..end], plugin: None }
}

/// The nearest folder above `path` that holds a plugin's manifest.
fn plugin_root<'a>(workspace: &Workspace, path: &'a str) -> Option<&'a str> {
    let above = std::iter::successors(Some(parent(path)), |dir| (!dir.is_empty()).then(|| parent(dir)));
    let mut above = above;
    above.find(|dir| workspace.index.presence(&join(dir, ".claude-plugin/plugin.json")) == Presence::File)
}

/// The skills that a client finds.
pub fn skills<'a>(workspace: &'a Workspace, client: &str) -> Vec<Skill<'a>> {
    places(workspace, client, Role::Skill).into_iter().map(skill).collect()
}

/// A skill at its place.
pub fn skill(place: Place<'_>) -> Skill<'_> {
    let is = |key: &str, default: bool| value(place.file, key).and_then(|node| flag(node, FLAGS)).unwrap_or(default);
    Skill {
        place,
        directory: file_name(parent(&place.at.path)),
        label: value(place.file, "name").and_then(|node| text(node, place.file)),
        for_model: !is("disable-model-invocation", false),
        for_user: is("user-invocable", true),
    }
}

/// The agents that Claude Code finds.
pub fn agents(workspace: &Workspace) -> Vec<Agent<'_>> {
    places(workspace, claude_code::CLIENT.name, Role::Agent).into_iter().map(agent).collect()
}

/// An agent at its place.
pub fn agent(place: Place<'_>) -> Agent<'_> {
    let words = |key: &str, kind: FieldValue| value(place.file, key).map(|node| words(node, kind, place.file));
    let servers = value(place.file, "mcpServers");
    let declared = servers.into_iter().flat_map(|node| node.items().iter().chain([node])).flat_map(Node::entries);
    Agent {
        place,
        name: value(place.file, "name").and_then(|node| text(node, place.file)),
        tools: words("tools", FieldValue::Tools).unwrap_or_default(),
        skills: words("skills", FieldValue::CommaNames).unwrap_or_default(),
        servers: words("mcpServers", FieldValue::CommaNames).unwrap_or_default(),
        own_servers: declared.map(|entry| &*entry.key).collect(),
    }
}

/// The commands that Claude Code finds.
pub fn commands(workspace: &Workspace) -> Vec<Command<'_>> {
    let places = places(workspace, claude_code::CLIENT.name, Role::Command);
    places.into_iter().map(|place| Command { place, name: command_name(&place) }).collect()
}

fn command_name(place: &Place<'_>) -> String {
    let inside = place.at.path.strip_prefix(place.tree).unwrap_or(&place.at.path).trim_start_matches('/');
    inside.strip_suffix(".md").unwrap_or(inside).replace('/', ":")
}

fn value<'a>(file: &'a File, key: &str) -> Option<&'a Node> {
    file.document.frontmatter_value(key).map(|entry| &entry.value)
}

/// Every key of the frontmatter, in order; none where there is no mapping.
pub fn entries(file: &File) -> &[Entry] {
    let node = file.document.frontmatter.as_ref().and_then(|frontmatter| frontmatter.node.as_ref());
    node.map_or(&[], Node::entries)
}

/// The words for booleans that Claude Code takes in frontmatter.
const FLAGS: &[(&str, bool)] = &clients::CLAUDE_CODE_FLAGS;

/// A boolean in one of the spellings that the client takes; `None` for anything else.
pub fn flag(node: &Node, words: &[(&str, bool)]) -> Option<bool> {
    match &node.kind {
        NodeKind::Bool(on) => Some(*on),
        NodeKind::Number(number) if !words.is_empty() && (*number == 0.0 || *number == 1.0) => Some(*number == 1.0),
        NodeKind::String { value, .. } => {
            let value = value.trim();
            let plain = [("true", true), ("false", false)];
            let mut known = plain.iter().filter(|_| !words.is_empty()).chain(words);
            known.find(|(word, _)| word.eq_ignore_ascii_case(value)).map(|(_, on)| *on)
        }
        _ => None,
    }
}

/// The text of a value that is not blank: a string, or a number or boolean as it is written.
pub fn text(node: &Node, file: &File) -> Option<Word> {
    let text = match &node.kind {
        NodeKind::String { value, .. } => value.trim(),
        NodeKind::Number(_) | NodeKind::Bool(_) => node.span.slice(&file.source.text).trim(),
        _ => return None,
    };
    (!text.is_empty()).then(|| Word { text: text.to_owned(), span: node.span })
}

/// The names in a value: the items of a list, or the parts of a string. Mappings in a list are left out.
pub fn words(node: &Node, kind: FieldValue, file: &File) -> Vec<Word> {
    if !node.items().is_empty() {
        // Claude Code reads `[Read, Bash(a, b)]` as YAML does, and a list with one string of commas as that string.
        return node
            .items()
            .iter()
            .filter(|item| item.items().is_empty())
            .flat_map(|item| parts(item, kind, file))
            .collect();
    }
    parts(node, kind, file)
}

fn parts(node: &Node, kind: FieldValue, file: &File) -> Vec<Word> {
    let Some(whole) = text(node, file) else { return Vec::new() };
    let raw = node.span.slice(&file.source.text);
    // In the source a quoted or folded string may be written otherwise than it reads.
    let start = raw.find(&whole.text).map(|at| node.span.start as usize + at);
    let spaces = matches!(kind, FieldValue::Names | FieldValue::Tools);
    split(&whole.text, spaces)
        .map(|(at, text)| Word {
            text: text.to_owned(),
            span: start.map_or(node.span, |start| Span::new(start + at, start + at + text.len())),
        })
        .collect()
}

/// The parts of a text between commas, and spaces where they count, outside of parentheses; with their offsets.
fn split(text: &str, spaces: bool) -> impl Iterator<Item = (usize, &str)> {
    let mut depth = 0usize;
    let pieces = text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c == ',' || c == '\n' || (spaces && c.is_whitespace()))
    });
    let offset = move |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    pieces.map(str::trim).filter(|part| !part.is_empty()).map(move |part| (offset(part), part))
}

/// The forms of everything that the file is to the clients that count, without doubles and without what is only assumed.
pub fn forms(workspace: &Workspace, file: &File) -> Vec<&'static Form> {
    let counted = file.roles.iter().filter(|at| workspace.has_client(at.client));
    let forms = counted.filter_map(|at| clients::form(at.client, at.role));
    let mut found: Vec<&'static Form> = forms.filter(|form| form.fact.evidence != Evidence::Assumed).collect();
    if workspace.settings.holds_to_specification() && file.has_role(&[Role::Skill]) {
        found.push(clients::skills_specification());
    }
    found.dedup_by_key(|form| (form.client, form.role));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, spaces: bool) -> Vec<&str> {
        split(text, spaces).map(|(at, part)| &text[at..at + part.len()]).collect()
    }

    #[test]
    fn tools_are_divided_outside_of_parentheses() {
        assert_eq!(parts("Read, Bash(git add:*, x) Edit", true), ["Read", "Bash(git add:*, x)", "Edit"]);
        assert_eq!(parts("a b, c", false), ["a b", "c"]);
        assert_eq!(parts(" , ", true), Vec::<&str>::new());
        assert_eq!(parts("Read), Edit", true), ["Read)", "Edit"]);
    }
}
