//! The questions one can put by name, over HTTP and on the command line, and their answers as JSON or CSV.
//! Knows the port ([`Flows`]); does not know who answers behind it.

use crate::csv;
use app::ports::Flows;
use contract::{Coverage, Matrix, Objects, Refusal, SetAside, Summary, Timeline, Top, View};
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
    /// To [`Question::Coverage`].
    Coverage(Arc<Coverage>),
    /// To [`Question::Objects`].
    Objects(Arc<Objects>),
    /// To [`Question::SetAside`].
    SetAside(Arc<SetAside>),
}

impl Question {
    /// Every question, in the order the manual lists them.
    pub const ALL: [Question; 7] = [
        Question::Summary,
        Question::Timeline,
        Question::Matrix,
        Question::Top,
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
            Answer::Coverage(coverage) => csv::coverage(coverage),
            Answer::Objects(objects) => csv::objects(objects),
            Answer::SetAside(set_aside) => csv::set_aside(set_aside),
        }
    }
}
