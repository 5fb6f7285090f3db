//! The questions one can put by name, over HTTP and on the command line, and their answers as JSON or CSV.
//! Knows the port ([`Flows`]); does not know who answers behind it.

use crate::csv;
use app::ports::Flows;
use contract::{
    Conversations, Coverage, Intent, Matrix, Objects, Records, Refusal, SetAside, Summary, Timeline, Top,
    Values, View,
};
use std::sync::Arc;

/// A question by its name in `/api/v1/NAME` and `weir ask NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Question {
    /// The numbers above the pictures: bytes, packets, flows, rejects, interfaces, freshness.
    Summary,
    /// Traffic over time, stacked by `split`.
    Timeline,
    /// Rejected records by `rows` and time.
    Matrix,
    /// The ranking of `by`.
    Top,
    /// Conversations with bytes and packets both ways, first and last seen; only those with one way by `one-way=yes`.
    Conversations,
    /// The records themselves: `columns`, `sort`, `limit`, `offset` or `after`.
    Flows,
    /// Rejected traffic that looks like a mistake, scanners folded away.
    Intent,
    /// The values of `field` that begin with `prefix`, and how many records have them.
    Values,
    /// How completely the range is known: objects by hour and account, gaps, late objects, what was set aside, formats.
    Coverage,
    /// What became of the lines of each object, those in trouble first.
    Objects,
    /// The lines, and objects, that could not be read, with the reason.
    SetAside,
}

/// What a question was answered with.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To [`Question::Summary`].
    Summary(Arc<Summary>),
    /// To [`Question::Timeline`].
    Timeline(Arc<Timeline>),
    /// To [`Question::Matrix`].
    Matrix(Arc<Matrix>),
    /// To [`Question::Top`].
    Top(Arc<Top>),
    /// To [`Question::Conversations`].
    Conversations(Arc<Conversations>),
    /// To [`Question::Flows`].
    Flows(Arc<Records>),
    /// To [`Question::Intent`].
    Intent(Arc<Intent>),
    /// To [`Question::Values`].
    Values(Arc<Values>),
    /// To [`Question::Coverage`].
    Coverage(Arc<Coverage>),
    /// To [`Question::Objects`].
    Objects(Arc<Objects>),
    /// To [`Question::SetAside`].
    SetAside(Arc<SetAside>),
}

impl Question {
    /// Every question, in the order the manual lists them.
    pub const ALL: [Question; 11] = [
        Question::Summary,
        Question::Timeline,
        Question::Matrix,
        Question::Top,
        Question::Conversations,
        Question::Flows,
        Question::Intent,
        Question::Values,
        Question::Coverage,
        Question::Objects,
        Question::SetAside,
    ];

    /// The name in paths, metrics and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Question::Summary => "summary",
            Question::Timeline => "timeline",
            Question::Matrix => "matrix",
            Question::Top => "top",
            Question::Conversations => "conversations",
            Question::Flows => "flows",
            Question::Intent => "intent",
            Question::Values => "values",
            Question::Coverage => "coverage",
            Question::Objects => "objects",
            Question::SetAside => "set-aside",
        }
    }

    /// Puts the question to `flows`.
    ///
    /// # Errors
    /// Whatever the port refuses, unchanged.
    pub async fn ask(self, flows: &dyn Flows, view: &View) -> Result<Answer, Refusal> {
        Ok(match self {
            Question::Summary => Answer::Summary(flows.summary(view).await?),
            Question::Timeline => Answer::Timeline(flows.timeline(view).await?),
            Question::Matrix => Answer::Matrix(flows.matrix(view).await?),
            Question::Top => Answer::Top(flows.top(view).await?),
            Question::Conversations => Answer::Conversations(flows.conversations(view).await?),
            Question::Flows => Answer::Flows(flows.records(view).await?),
            Question::Intent => Answer::Intent(flows.intent(view).await?),
            Question::Values => Answer::Values(flows.values(view).await?),
            Question::Coverage => Answer::Coverage(flows.coverage(view).await?),
            Question::Objects => Answer::Objects(flows.objects(view).await?),
            Question::SetAside => Answer::SetAside(flows.set_aside(view).await?),
        })
    }
}

impl Answer {
    /// The answer as one JSON object, field names as in the contract.
    ///
    /// # Errors
    /// None in practice: the answers hold numbers, texts and lists only.
    pub fn json(&self) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Answer::Summary(summary) => serde_json::to_vec(&**summary),
            Answer::Timeline(timeline) => serde_json::to_vec(&**timeline),
            Answer::Matrix(matrix) => serde_json::to_vec(&**matrix),
            Answer::Top(top) => serde_json::to_vec(&**top),
            Answer::Conversations(conversations) => serde_json::to_vec(&**conversations),
            Answer::Flows(records) => serde_json::to_vec(&**records),
            Answer::Intent(intent) => serde_json::to_vec(&**intent),
            Answer::Values(values) => serde_json::to_vec(&**values),
            Answer::Coverage(coverage) => serde_json::to_vec(&**coverage),
            Answer::Objects(objects) => serde_json::to_vec(&**objects),
            Answer::SetAside(set_aside) => serde_json::to_vec(&**set_aside),
        }
    }

    /// The answer as a table, see [`crate::csv`].
    pub fn csv(&self) -> String {
        match self {
            Answer::Summary(summary) => csv::summary(summary),
            Answer::Timeline(timeline) => csv::timeline(timeline),
            Answer::Matrix(matrix) => csv::matrix(matrix),
            Answer::Top(top) => csv::top(top),
            Answer::Conversations(conversations) => csv::conversations(conversations),
            Answer::Flows(records) => csv::records(records),
            Answer::Intent(intent) => csv::intent(intent),
            Answer::Values(values) => csv::values(values),
            Answer::Coverage(coverage) => csv::coverage(coverage),
            Answer::Objects(objects) => csv::objects(objects),
            Answer::SetAside(set_aside) => csv::set_aside(set_aside),
        }
    }
}
