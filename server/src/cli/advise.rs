//! `weir advise`: why traffic is refused, and what the rules should be.

use crate::advice::{Advised, Rows, Stock, Stop, advise};
use crate::cli::ingest::read_all;
use crate::cli::sources::SourceFlags;
use crate::cli::{Fault, running};
use crate::clock::now;
use crate::events::chain;
use clap::{Args, ValueEnum};
use contract::names::protocol_name;
use contract::{Refusal, View, link};
use firewall::suggest::Options;
use firewall::verdict::{Card, Verdict};
use lake::{Direct, Lake, Mode, Talks};
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Say why traffic is refused, which rules are used, and what the security groups should be.
///
/// Judges every refused conversation of the range: by which layer, by which rules, and what came nearest to letting it
/// pass. With an inventory it suggests what to open, narrow or remove; never to scanners, always within AWS's quotas.
/// Nothing is ever changed in an account: the output is text to review.
///
/// The inventory is a folder with what `aws ec2 describe-security-groups`, describe-security-group-rules,
/// describe-network-interfaces, describe-network-acls, describe-subnets, describe-managed-prefix-lists and
/// get-managed-prefix-list-entries print, as security-groups.json and so on; or one such folder for each snapshot, named
/// by its time (2026-11-23T19:50:00Z). What is missing is told, and the rest is used.
#[derive(Debug, Args)]
pub struct Advise {
    /// The sources.
    #[command(flatten)]
    pub source: SourceFlags,

    /// A data folder that ingest or serve has filled
    #[arg(long, env = "WEIR_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// The folder of the inventory, or s3://bucket/prefix; without it verdicts come from the logs alone and nothing is
    /// suggested
    #[arg(long, env = "WEIR_INVENTORY", value_name = "DIR")]
    pub inventory: Option<String>,

    /// Where the range begins: epoch seconds or milliseconds, RFC 3339, or now-7d
    #[arg(long, default_value = "now-24h", value_name = "TIME")]
    pub from: String,

    /// Where it ends
    #[arg(long, default_value = "now", value_name = "TIME")]
    pub to: String,

    /// How tight narrowed rules are: 0 for few rules, 1 for rules that name every peer
    #[arg(long, default_value_t = 0.5, value_name = "0..1")]
    pub tightness: f64,

    /// How the advice is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// How advice is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Everything, for programs.
    Json,
    /// What a person reads.
    Text,
    /// The suggestions as resources of the AWS provider.
    Terraform,
    /// The suggestions as commands of the AWS CLI, each with the one that takes it back.
    Cli,
    /// The suggestions as a template.
    Cloudformation,
}

impl Advise {
    /// Runs the command.
    ///
    /// # Errors
    /// When the range is wrong, nothing can be asked, or the inventory cannot be read.
    pub fn run(self) -> Result<ExitCode, Fault> {
        let view = link::decode(&format!("from={}&to={}", self.from, self.to)).map_err(Refusal::from)?;
        if !(0.0..=1.0).contains(&self.tightness) {
            return Err(Fault::new(
                format!("a tightness of {} is none", self.tightness),
                "give one from 0 to 1",
            ));
        }
        let at = now();
        let (stock, talks, coverage) = running::block_on(async {
            let stock = self.stock().await?;
            let (talks, coverage) = self.conversations(&view, at).await?;
            Ok((stock, talks, coverage))
        })?;
        let span = view.span(at);
        let rows = Arc::new(Rows::of(talks, (span.from, span.to), coverage));
        let options = Options { tightness: self.tightness, ..Options::default() };
        let advised = advise(&rows, stock.firewall, &options, &Stop::default());
        print(&self.written(&advised.ok_or_else(|| Fault::new("the advice was stopped", ""))?)?)
    }

    async fn stock(&self) -> Result<Stock, Fault> {
        let Some(name) = &self.inventory else { return Ok(Stock::default()) };
        let read = Stock::unread(name).renewed(&self.source.reach.options()).await;
        let stock = read.map_err(|error| Fault::new(chain(&error), error.hint()))?.unwrap_or_default();
        for complaint in &stock.complaints {
            eprintln!("warning: inventory: {complaint}");
        }
        Ok(stock)
    }

    async fn conversations(&self, view: &View, at: i64) -> Result<(Talks, f64), Fault> {
        let sources = self.source.open().await?;
        let Some(folder) = &self.data else {
            self.source.required()?;
            let direct = Direct::new(sources);
            let talks = direct.conversations(view, at).await?;
            for (object, why) in direct.take_unread() {
                eprintln!("warning: left out {object}: {why}");
            }
            return Ok(talks);
        };
        // Only asking disturbs nobody who writes to the folder.
        let mode = if sources.is_empty() { Mode::Read } else { Mode::Write };
        let lake = Lake::open(folder, mode)?;
        if !sources.is_empty() && read_all(&lake, &sources).await.refused {
            return Err(Fault::new("a source refused, so the advice would be incomplete", "see above"));
        }
        Ok(lake.conversations(view, at).await?)
    }

    fn written(&self, advised: &Advised) -> Result<String, Fault> {
        let json = |value: serde_json::Result<String>| {
            value.map_err(|error| Fault::new(format!("cannot write JSON: {error}"), ""))
        };
        if advised.firewall.is_none() && !matches!(self.format, Format::Json | Format::Text) {
            return Err(Fault::new("there are no suggestions without an inventory", "add --inventory DIR"));
        }
        let suggestions = &advised.advice.suggestions;
        Ok(match self.format {
            Format::Json => json(serde_json::to_string_pretty(&advised.json()))?,
            Format::Text => text(advised),
            Format::Terraform => advised.terraform(suggestions),
            Format::Cloudformation => json(advised.template(suggestions))?,
            Format::Cli => advised.commands(suggestions),
        })
    }
}

/// The advice as a person reads it: what should work first, scanners and late packets as a number. Writing to a text
/// cannot fail.
fn text(advised: &Advised) -> String {
    let mut out = String::new();
    let is_noise = |card: &&Card| matches!(card.verdict, Verdict::Scanner | Verdict::LatePacket);
    let (noise, stories): (Vec<&Card>, Vec<&Card>) = advised.cards.iter().partition(is_noise);
    let _ = writeln!(out, "{} kinds of blocked traffic", stories.len());
    stories.into_iter().for_each(|card| write_card(&mut out, card));
    let records: u64 = noise.iter().map(|card| card.flows).sum();
    let _ = writeln!(out, "\nLeft out: {records} records of scanners and of closed connections");
    let _ = writeln!(out, "\n{} suggestions", advised.advice.suggestions.len());
    for one in &advised.advice.suggestions {
        let (action, group, direction) = (one.action.name(), &one.group, one.direction.name());
        let sure = 100.0 * one.confidence.value;
        let _ = writeln!(out, "\n{action} {group} {direction} ({sure:.0} % sure): {}", one.why);
    }
    for withheld in &advised.advice.withheld {
        let (reason, flows, sources) = (withheld.reason, withheld.flows, withheld.sources);
        let _ = writeln!(out, "\nwithheld: {reason} ({flows} records, {sources} sources)");
    }
    out
}

fn write_card(out: &mut String, card: &Card) {
    let peers: Vec<String> = card.peers.iter().map(ToString::to_string).collect();
    let protocol = protocol_name(card.protocol).map_or_else(|| card.protocol.to_string(), str::to_lowercase);
    let (verdict, interface, direction) = (card.verdict.name(), &card.interface, card.direction.name());
    let (port, flows, peers) = (card.port, card.flows, peers.join(" "));
    let _ =
        writeln!(out, "\n{verdict} {interface} {direction} {protocol}/{port}: {flows} records with {peers}");
    card.proof.iter().for_each(|proof| {
        let _ = writeln!(out, "  {proof}");
    });
    if let Some(missing) = card.missing {
        let _ = writeln!(out, "  {missing} would tell more");
    }
}

fn print(text: &str) -> Result<ExitCode, Fault> {
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n')) {
        // Whoever read our output has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Fault::io("cannot write to standard output", &error, "is the disk full?")),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}
