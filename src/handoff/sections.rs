//! The sections of a handoff: their names, headings, and which template holds which.

/// A topic of a handoff. Each has one machine block, which its name marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// What was asked.
    Goal,
    /// Where the work stands.
    State,
    /// Which files changed.
    Changed,
    /// What was decided.
    Decisions,
    /// What did not work.
    Failed,
    /// What is to be done.
    Next,
    /// How to check it.
    Verify,
    /// What to read before anything else.
    ReadFirst,
}

impl Topic {
    /// Every topic in the order of a document.
    pub const ALL: [Topic; 8] = [
        Topic::Goal,
        Topic::State,
        Topic::Changed,
        Topic::Decisions,
        Topic::Failed,
        Topic::Next,
        Topic::Verify,
        Topic::ReadFirst,
    ];

    /// The name in the marks of its block.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Goal => "goal",
            Topic::State => "state",
            Topic::Changed => "changed",
            Topic::Decisions => "decisions",
            Topic::Failed => "failed",
            Topic::Next => "next",
            Topic::Verify => "verify",
            Topic::ReadFirst => "read-first",
        }
    }

    /// The topic of this name.
    pub fn from_name(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// Its heading in the default template.
    pub fn heading(self) -> &'static str {
        match self {
            Topic::Goal => "Goal",
            Topic::State => "State",
            Topic::Changed => "Changed",
            Topic::Decisions => "Decisions",
            Topic::Failed => "Tried and failed",
            Topic::Next => "Next",
            Topic::Verify => "Verify",
            Topic::ReadFirst => "Read first",
        }
    }

    /// Headings that stand for the same, in lower case; those of other languages too.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Topic::Goal => &["goal", "goals", "ziel", "objectif", "objetivo", "目标", "目標", "цель"],
            Topic::State => {
                &["state", "status", "current state", "stand", "état", "estado", "状态", "状態", "состояние"]
            }
            Topic::Changed => &[
                "changed",
                "changes",
                "files changed",
                "changed files",
                "recent changes",
                "geändert",
                "änderungen",
                "modifié",
                "cambios",
                "更改",
                "变更",
                "変更",
                "изменения",
            ],
            Topic::Decisions => &[
                "decisions",
                "key decisions",
                "entscheidungen",
                "décisions",
                "decisiones",
                "决定",
                "决策",
                "決定",
                "решения",
            ],
            Topic::Failed => &[
                "tried and failed",
                "failed approaches",
                "what failed",
                "failed",
                "versucht und gescheitert",
                "gescheitert",
                "essayé sans succès",
                "échecs",
                "intentos fallidos",
                "失败的尝试",
                "失敗した試み",
                "неудачи",
            ],
            Topic::Next => &[
                "next",
                "next steps",
                "action items",
                "nächste schritte",
                "als nächstes",
                "suite",
                "prochaines étapes",
                "siguiente",
                "próximos pasos",
                "下一步",
                "次のステップ",
                "дальше",
            ],
            Topic::Verify => &[
                "verify",
                "verification",
                "how to verify",
                "prüfen",
                "vérifier",
                "verificar",
                "验证",
                "検証",
                "проверка",
            ],
            Topic::ReadFirst => &[
                "read first",
                "critical references",
                "zuerst lesen",
                "à lire d'abord",
                "leer primero",
                "先读",
                "首先阅读",
                "最初に読む",
                "прочитать сначала",
            ],
        }
    }

    /// What the author is asked for; `None` where facts are enough.
    pub fn slot(self) -> Option<&'static str> {
        match self {
            Topic::Goal => Some("the goal in one sentence"),
            Topic::State => Some("what works, what is half done"),
            Topic::Decisions => Some("what was decided, and why"),
            Topic::Failed => Some("what was tried, and why it did not work"),
            Topic::Next => Some("the order of the steps"),
            Topic::Changed | Topic::Verify | Topic::ReadFirst => None,
        }
    }

    /// What stands in the block when nothing is known.
    pub fn nothing(self) -> &'static str {
        match self {
            Topic::Goal => "No request is known.",
            Topic::State => "Nothing is known of the state.",
            Topic::Changed => "No file differs from the base.",
            Topic::Decisions => "No decision is known.",
            Topic::Failed => "Nothing is known to have failed.",
            Topic::Next => "Nothing is known to be open.",
            Topic::Verify => "No test, lint or build was run.",
            Topic::ReadFirst => "No line changed.",
        }
    }
}

/// A heading with the blocks below it.
pub struct Section {
    /// The heading.
    pub heading: &'static str,
    /// The blocks.
    pub topics: &'static [Topic],
}

/// A form of document.
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// Its sections in order.
    pub sections: &'static [Section],
    /// Its budget in tokens, where the user names none.
    pub budget: usize,
}

const fn one(heading: &'static str, topics: &'static [Topic]) -> Section {
    Section { heading, topics }
}

/// The built-in templates, the default first.
pub static TEMPLATES: [Template; 3] = [
    Template {
        name: "default",
        sections: &[
            one("Goal", &[Topic::Goal]),
            one("State", &[Topic::State]),
            one("Changed", &[Topic::Changed]),
            one("Decisions", &[Topic::Decisions]),
            one("Tried and failed", &[Topic::Failed]),
            one("Next", &[Topic::Next]),
            one("Verify", &[Topic::Verify]),
            one("Read first", &[Topic::ReadFirst]),
        ],
        budget: 2_000,
    },
    Template {
        name: "oracle",
        sections: &[
            one("Corpus snapshot", &[Topic::State, Topic::Changed, Topic::ReadFirst]),
            one("Strategic insights", &[Topic::Decisions, Topic::Failed]),
            one("Active directives", &[Topic::Goal]),
            one("Continuation vector", &[Topic::Next, Topic::Verify]),
        ],
        budget: 2_000,
    },
    Template {
        name: "minimal",
        sections: &[
            one("Goal", &[Topic::Goal]),
            one("Changed", &[Topic::Changed]),
            one("Next", &[Topic::Next]),
            one("Verify", &[Topic::Verify]),
        ],
        budget: 1_000,
    },
];

/// The built-in template of this name.
pub fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

/// The topic that a heading stands for.
pub fn topic_of(heading: &str) -> Option<Topic> {
    // Numbered headings are counted, not named.
    let heading = heading.trim().trim_start_matches(|c: char| c.is_ascii_digit() || ". )".contains(c));
    let heading = heading.trim_end_matches([':', '：']).to_lowercase();
    Topic::ALL.into_iter().find(|topic| topic.aliases().contains(&heading.as_str()))
}
