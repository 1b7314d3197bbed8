//! `ctxlint init --budgets`: what the repository costs now, as its budgets.

use crate::budgets::{self, BudgetKind, Of};
use crate::cli::{Answer, CLEAN, Global, Unusable, say, session};
use crate::config;
use crate::measure::{self, thousands};
use crate::workspace::{self, ClientPlan, Workspace};
use crate::world::Disk;
use crate::write;

/// A budget to be written.
struct Figure {
    name: &'static str,
    value: u64,
    /// What it is and where the default stands, as a sentence.
    comment: String,
}

pub(super) fn budgets(global: &Global, print: bool) -> Result<Answer, Unusable> {
    if global.config.is_some() {
        let hint = format!("leave the option out: the figures go into {} in the root", config::FILE_NAME);
        return Err(Unusable::new("--budgets and --config do not go together", hint));
    }
    let session = session::open(global)?;
    let old = session.config.as_ref().map(|config| config.text.clone());
    let workspace = workspace::load(&Disk, &session.root, session.settings, session.config);
    let (known, new): (Vec<Figure>, Vec<Figure>) = figures(&workspace)
        .into_iter()
        .partition(|figure| workspace.settings.budgets.iter().any(|budget| budget.name == figure.name));
    for figure in &known {
        say(&format!("ctxlint: {} is set already; it is {} now", figure.name, thousands(figure.value)));
    }
    let text = inserted(&old.unwrap_or_else(super::configuration), &new);
    if let Some(problem) = config::parse(&text).1.first() {
        let hint = "write the budgets as a table `[budgets]` of its own, then run this again";
        return Err(Unusable::new(format!("the figures do not fit into ctxlint.toml: {}", problem.message), hint));
    }
    if print {
        return Ok(Answer { text, code: CLEAN });
    }
    if new.is_empty() {
        return Ok(Answer { text: "every budget is set; nothing was written\n".to_owned(), code: CLEAN });
    }
    write::write(&session.root, config::FILE_NAME, text.as_bytes())
        .map_err(|error| Unusable::new(error.to_string(), ""))?;
    let lines = new.iter().map(|figure| format!("{} = {}\n", figure.name, figure.value));
    Ok(Answer { text: format!("wrote to ctxlint.toml:\n{}", lines.collect::<String>()), code: CLEAN })
}

/// The largest value of any client for each budget of a whole plan.
fn figures(workspace: &Workspace) -> Vec<Figure> {
    let of_plans = budgets::ALL.iter().filter(|kind| kind.of != Of::File);
    of_plans.filter_map(|kind| figure(workspace, kind)).collect()
}

fn figure(workspace: &Workspace, kind: &BudgetKind) -> Option<Figure> {
    let value: &dyn Fn(&ClientPlan) -> u64 = match kind.unit {
        "tokens" => &|plan| workspace.plan_tokens(plan),
        "lines" => &|plan| plan.plan.loads.iter().map(|load| measure::lines(&load.text)).sum(),
        _ => return None,
    };
    // A touch only adds, but for some clients no touch adds anything.
    let touched = if kind.of == Of::Path { workspace.heaviest() } else { &[] };
    let plans = workspace.plans().iter().chain(touched);
    let (most, plan) = plans.map(|plan| (value(plan), plan)).max_by_key(|(value, _)| *value)?;
    let client = plan.client.title;
    let what = match (kind.of, &plan.touched) {
        (Of::Path, Some(path)) => format!("What {client} has loaded once {} is read", crate::report::one_line(path)),
        (Of::Path, None) => format!("What {client} has loaded once any file is read"),
        _ => format!("What {client} loads before the first prompt"),
    };
    let unit = kind.unit;
    let default = match kind.defaults.first() {
        Some(default) => {
            let (most, source) = (thousands(default.warn.most), default.warn.source);
            format!("the default warns above {most}: {source}")
        }
        None => "there is no default".to_owned(),
    };
    Some(Figure { name: kind.name, value: most, comment: format!("{what}, in {unit}; {default}.") })
}

/// The configuration with the figures at the start of its table of budgets, or with such a table at its end.
fn inserted(text: &str, figures: &[Figure]) -> String {
    if figures.is_empty() {
        return text.to_owned();
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines = String::new();
    for Figure { name, value, comment } in figures {
        lines.push_str(&format!("# {comment}{newline}{name} = {value}{newline}"));
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        if line.split('#').next().unwrap_or_default().trim() == "[budgets]" {
            let (before, after) = text.split_at(at);
            let gap = if before.ends_with('\n') { "" } else { newline };
            return format!("{before}{gap}{lines}{after}");
        }
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    let blank = if text.is_empty() { "" } else { newline };
    format!("{text}{gap}{blank}[budgets]{newline}{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_go_into_the_table_that_is_there() {
        let figures = [Figure { name: "startup-tokens", value: 12, comment: "Why.".to_owned() }];
        let line = "# Why.\nstartup-tokens = 12\n";
        assert_eq!(inserted("", &figures), format!("[budgets]\n{line}"));
        assert_eq!(inserted("include = []", &figures), format!("include = []\n\n[budgets]\n{line}"));
        let text = "[budgets] # mine\nfile-lines = 3\n[levels]\n";
        assert_eq!(inserted(text, &figures), format!("[budgets] # mine\n{line}file-lines = 3\n[levels]\n"));
        assert_eq!(
            inserted("window = 5\r\n", &figures),
            "window = 5\r\n\r\n[budgets]\r\n# Why.\r\nstartup-tokens = 12\r\n"
        );
    }
}
