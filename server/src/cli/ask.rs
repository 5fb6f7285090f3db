//! `weir ask`: one question, answered on stdout.

use crate::cli::ingest::read_all;
use crate::cli::sources::SourceFlags;
use crate::cli::{Fault, empty, running};
use crate::question::{Answer, Question};
use crate::service::{DirectFlows, LakeFlows};
use clap::{Args, ValueEnum};
use contract::{Refusal, View, link};
use lake::{Lake, Mode};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Answer one question as JSON or CSV.
///
/// With --source alone the objects the range needs are read directly and nothing is stored; with --data the lake answers;
/// with both the sources are read into the lake first.
///
/// LINK is what stands behind the ? in the dashboard's address bar:
/// 'from=now-3h&to=now&filter=action = REJECT&split=service-port&measure=flows&top=10'. It may be left out. A timeline is
/// split twice by 'within=protocol' and compared by 'compare=previous', 'day' or 'week'.
#[derive(Debug, Args)]
pub struct Ask {
    /// The question
    #[arg(value_enum)]
    pub question: Question,

    /// The link that says range, filter and grouping [default: the last 24 hours]
    #[arg(default_value = "", hide_default_value = true)]
    pub link: String,

    /// The sources.
    #[command(flatten)]
    pub source: SourceFlags,

    /// A data folder that ingest or serve has filled
    #[arg(long, env = "WEIR_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// How the answer is written: json for programs, csv for spreadsheets
    #[arg(long, value_enum, default_value = "json")]
    pub format: Format,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object.
    Json,
    /// A table with a header line.
    Csv,
}

impl Ask {
    /// Runs the command.
    ///
    /// # Errors
    /// When the link is wrong, nothing can be asked, or the question is refused.
    pub fn run(self) -> Result<ExitCode, Fault> {
        let view = link::decode(&self.link).map_err(Refusal::from)?;
        let answer = running::block_on(self.answer(&view))?;
        let mut text = match self.format {
            Format::Json => {
                answer.json().map_err(|error| Fault::new(format!("cannot write JSON: {error}"), ""))?
            }
            Format::Csv => answer.csv().into_bytes(),
        };
        if text.last() != Some(&b'\n') {
            text.push(b'\n');
        }
        match std::io::stdout().lock().write_all(&text) {
            // Whoever read our output has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(error) => Err(Fault::io("cannot write to standard output", &error, "is the disk full?")),
            Ok(()) => Ok(ExitCode::SUCCESS),
        }
    }

    async fn answer(&self, view: &View) -> Result<Answer, Fault> {
        let (sources, noted) = empty::noted(self.source.open().await?);
        let Some(folder) = &self.data else {
            self.source.required()?;
            let flows = DirectFlows::new(sources);
            let answer = self.question.ask(&flows, view).await;
            for (object, why) in flows.take_unread() {
                eprintln!("warning: left out {object}: {why}");
            }
            empty::warn(&noted).await;
            return Ok(answer?);
        };
        // Only asking disturbs nobody who writes to the folder.
        let mode = if sources.is_empty() { Mode::Read } else { Mode::Write };
        let lake = Lake::open(folder, mode)?;
        if !sources.is_empty() && read_all(&lake, &sources).await.refused {
            return Err(Fault::new("a source refused, so the answer would be incomplete", "see above"));
        }
        empty::warn(&noted).await;
        Ok(self.question.ask(&LakeFlows::new(lake), view).await?)
    }
}
