//! The question a page asks: everything the address bar holds.

use crate::as_text::text_serde;
use crate::grid::floor_to;
use crate::{Field, Filter, Moment, Refusal, RefusalKind, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole state of a view. Its text form is the link ([`crate::link`]): equal views print equal links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Start of the range, inclusive.
    pub from: Moment,
    /// End of the range, exclusive.
    pub to: Moment,
    /// Which records count; the empty filter lets all pass.
    pub filter: Filter,
    /// What the timeline is stacked by.
    pub split: Dimension,
    /// What is added up.
    pub measure: Measure,
    /// How many series, rows or talkers are named before the rest becomes "other".
    pub top: u16,
    /// The rows of the heatmap.
    pub rows: Dimension,
    /// What the ranking ranks.
    pub by: TopBy,
    /// One of the server's sources; `None` means all of them.
    pub source: Option<String>,
    /// How often a view that ends now asks again.
    pub refresh: Refresh,
    /// The scale of heatmap colours.
    pub scale: Scale,
    /// In which zone times are printed.
    pub zone: Zone,
    /// At most this many time buckets; `None` lets the surface decide by its width.
    pub points: Option<u16>,
    /// Whose addresses client and server are.
    pub addresses: Addresses,
    /// How often a flow counts that two interfaces logged.
    pub count: Count,
    /// What the layers of the timeline are split by a second time; [`View::splits`] is what that means.
    pub within: Dimension,
    /// Which earlier time the range is compared with.
    pub compare: Compare,
    /// How the timeline's layers stand on each other.
    pub heights: Heights,
    /// A level drawn across the timeline.
    pub mark: Mark,
    /// What only some pages understand, such as the id of the group that a page is about; names are in
    /// [`crate::link::DETAILS`].
    pub details: BTreeMap<String, String>,
    /// Parameters this version does not know, in the order they came; shown, never dropped.
    pub unknown: Vec<(String, String)>,
}

/// Default number of named series, rows or talkers.
pub const TOP: u16 = 10;
/// Most series, rows or talkers a question may ask for: more cannot be read off a picture.
pub const TOP_LIMIT: u16 = 1_000;
/// Most buckets a question may ask for: two per pixel of the widest screen.
pub const POINTS_LIMIT: u16 = 8_000;
/// Buckets when the asker does not say: a day in five minutes.
pub const POINTS: u16 = 288;

impl Default for View {
    fn default() -> Self {
        View {
            from: Moment::Now { minus: 24 * 3_600 },
            to: Moment::Now { minus: 0 },
            filter: Filter::default(),
            split: Dimension::Action,
            measure: Measure::Bytes,
            top: TOP,
            rows: Dimension::ServicePort,
            by: TopBy::Talkers,
            source: None,
            refresh: Refresh::Off,
            scale: Scale::Linear,
            zone: Zone::Utc,
            points: None,
            addresses: Addresses::Interface,
            count: Count::EachEnd,
            within: Dimension::None,
            compare: Compare::Off,
            heights: Heights::Stacked,
            mark: Mark::None,
            details: BTreeMap::new(),
            unknown: Vec::new(),
        }
    }
}

impl View {
    /// The range in Unix seconds, seen at `now`.
    pub fn span(&self, now: i64) -> Span {
        Span { from: self.from.at(now), to: self.to.at(now) }
    }

    /// The range seen at `now`, refused when it holds no second. A link is checked when it is read, but a range from a
    /// relative to a fixed time can only be judged with a clock.
    pub fn asked_span(&self, now: i64) -> Result<Span, Refusal> {
        let span = self.span(now);
        if span.secs() > 0 {
            return Ok(span);
        }
        let message =
            format!("the range is empty: from ({}) does not lie before to ({})", self.from, self.to);
        Err(Refusal::new(RefusalKind::BadQuestion, message, "Swap from and to, or widen the range."))
    }

    /// What the timeline is split by, first and second: without a first there is no second, and a thing is not split by
    /// itself.
    pub fn splits(&self) -> [Dimension; 2] {
        match [self.split, self.within] {
            [Dimension::None, only] => [only, Dimension::None],
            [split, within] if split == within => [split, Dimension::None],
            both => both,
        }
    }

    /// The time the range seen at `now` is compared with: the range, in whole minutes, moved back. The period just
    /// before where the view does not choose. A range that follows the clock is moved by the time it is asked for, not by
    /// the minutes it touches: of the last 24 hours it is the same minutes of the day before.
    pub fn earlier_span(&self, now: i64) -> Span {
        let span = self.span(now).to_minutes();
        let shift = self.compare.shift_secs().unwrap_or_else(|| floor_to(self.span(now).secs(), 60).max(60));
        Span { from: span.from - shift, to: span.to - shift }
    }

    /// Whether the view follows the clock, so that refreshing it makes sense.
    pub fn is_live(&self) -> bool {
        matches!(self.to, Moment::Now { .. })
    }
}

/// What records can be grouped by without looking at single addresses: the columns of the roll-ups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// One group for everything.
    None,
    /// ACCEPT or REJECT.
    #[default]
    Action,
    /// `flow-direction`, or what the interface's own addresses say.
    FlowDirection,
    /// IANA protocol.
    Protocol,
    /// The server's port, by the evidence in the record.
    ServicePort,
    /// The network interface that logged the record.
    InterfaceId,
    /// The AWS service at either end (`pkt-src-aws-service`, `pkt-dst-aws-service`).
    AwsService,
    /// The account that owns the interface.
    AccountId,
    /// The region of the interface.
    Region,
    /// The VPC of the interface.
    VpcId,
    /// The flow log that wrote the record.
    FlowLogId,
}

impl Dimension {
    /// Every dimension, in the order menus show them.
    pub const ALL: [Dimension; 11] = [
        Dimension::Action,
        Dimension::FlowDirection,
        Dimension::Protocol,
        Dimension::ServicePort,
        Dimension::InterfaceId,
        Dimension::AwsService,
        Dimension::AccountId,
        Dimension::Region,
        Dimension::VpcId,
        Dimension::FlowLogId,
        Dimension::None,
    ];

    /// The name in links and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Dimension::None => "none",
            Dimension::Action => "action",
            Dimension::FlowDirection => "flow-direction",
            Dimension::Protocol => "protocol",
            Dimension::ServicePort => "service-port",
            Dimension::InterfaceId => "interface-id",
            Dimension::AwsService => "aws-service",
            Dimension::AccountId => "account-id",
            Dimension::Region => "region",
            Dimension::VpcId => "vpc-id",
            Dimension::FlowLogId => "flow-log-id",
        }
    }

    /// The name in menus.
    pub const fn label(self) -> &'static str {
        match self {
            Dimension::None => "Nothing",
            Dimension::Action => "Action",
            Dimension::FlowDirection => "Direction",
            Dimension::Protocol => "Protocol",
            Dimension::ServicePort => "Service port",
            Dimension::InterfaceId => "Interface",
            Dimension::AwsService => "AWS service",
            Dimension::AccountId => "Account",
            Dimension::Region => "Region",
            Dimension::VpcId => "VPC",
            Dimension::FlowLogId => "Flow log",
        }
    }

    /// The field a filter names to pick one of its values.
    pub const fn field(self) -> Option<Field> {
        match self {
            Dimension::None => None,
            Dimension::Action => Some(Field::ACTION),
            Dimension::FlowDirection => Some(Field::FLOW_DIRECTION),
            Dimension::Protocol => Some(Field::PROTOCOL),
            Dimension::ServicePort => Some(Field::SERVICE_PORT),
            Dimension::InterfaceId => Some(Field::INTERFACE_ID),
            Dimension::AwsService => Some(Field::AWS_SERVICE),
            Dimension::AccountId => Some(Field::ACCOUNT_ID),
            Dimension::Region => Some(Field::REGION),
            Dimension::VpcId => Some(Field::VPC_ID),
            Dimension::FlowLogId => Some(Field::FLOW_LOG_ID),
        }
    }

    /// The dimension of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name)
    }
}

/// What a ranking ranks. `Display` is its name, and so is its form on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TopBy {
    /// Client, server and service port together.
    #[default]
    Talkers,
    /// The values of one dimension.
    Dimension(Dimension),
}

impl TopBy {
    /// The name in links and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            TopBy::Talkers => "talkers",
            TopBy::Dimension(dimension) => dimension.name(),
        }
    }

    /// The ranking of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "talkers" {
            Some(TopBy::Talkers)
        } else {
            Dimension::from_name(name).map(TopBy::Dimension)
        }
    }
}

impl std::fmt::Display for TopBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

text_serde!(TopBy, |name: &str| TopBy::from_name(name).ok_or("not a ranking"));

/// A closed set of choices with a name each: `choices!` writes the enum, its names and the way back.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every choice, in the order menus show them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The name in links and in the API.
            pub const fn name(self) -> &'static str { match self { $($name::$variant => $text,)+ } }

            /// The name on screen.
            pub const fn label(self) -> &'static str { match self { $($name::$variant => $label,)+ } }

            /// The choice of that name.
            pub fn from_name(name: &str) -> Option<Self> { Self::ALL.iter().copied().find(|c| c.name() == name) }
        }
    };
}

choices! {
    /// What is added up.
    Measure {
        /// The `bytes` of every record.
        #[default] Bytes = "bytes", "Bytes";
        /// The `packets` of every record.
        Packets = "packets", "Packets";
        /// The number of records.
        Flows = "flows", "Flows";
    }
}
choices! {
    /// Whose addresses client and server are: behind a NAT gateway, a transit gateway or a load balancer an interface
    /// sees the middle's own, the packet names the real ends.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-records-examples.html>
    Addresses {
        /// `srcaddr` and `dstaddr`.
        #[default] Interface = "interface", "Interface";
        /// `pkt-srcaddr` and `pkt-dstaddr` where a record has them, else the interface's.
        Packet = "packet", "Packet";
    }
}
choices! {
    /// How often a flow counts that was logged at both of its ends.
    Count {
        /// At each interface that logged it, as in the logs themselves.
        #[default] EachEnd = "each-end", "At each end";
        /// Once: records whose packets another interface tells too are left out.
        Once = "once", "Once";
    }
}
choices! {
    /// Which earlier time a range is compared with.
    Compare {
        /// No time is chosen: the tiles compare with the period before, pictures with nothing.
        #[default] Off = "off", "Nothing";
        /// As much time just before.
        Previous = "previous", "Period before";
        /// The same times a day earlier.
        Day = "day", "Day before";
        /// The same times seven days earlier.
        Week = "week", "Week before";
    }
}
choices! {
    /// How the layers of a timeline stand on each other.
    Heights {
        /// On top of each other, as they are.
        #[default] Stacked = "stacked", "Stacked";
        /// On top of each other, as parts of the whole.
        Percent = "percent", "Percent";
        /// Each from the baseline, by order of magnitude.
        Log = "log", "Logarithmic";
    }
}
choices! {
    /// A level drawn across a timeline.
    Mark {
        /// None.
        #[default] None = "none", "No line";
        /// The 95th percentile of all that is shown ([`crate::answer::Timeline::p95`]).
        P95 = "p95", "95th percentile";
    }
}
choices! {
    /// How often a view that ends now asks again.
    Refresh {
        /// Never by itself.
        #[default] Off = "off", "Off";
        /// Every 30 seconds.
        Secs30 = "30s", "30 s";
        /// Every minute.
        Min1 = "1m", "1 m";
        /// Every five minutes.
        Min5 = "5m", "5 m";
    }
}
choices! {
    /// How values map to heights and colours.
    Scale {
        /// Proportional.
        #[default] Linear = "linear", "Linear";
        /// By order of magnitude.
        Log = "log", "Log";
    }
}
choices! {
    /// In which zone times are printed.
    Zone {
        /// Coordinated Universal Time, the zone of the logs.
        #[default] Utc = "utc", "UTC";
        /// The reader's own zone.
        Local = "local", "Local";
    }
}

impl Compare {
    /// By how much the time lies earlier, seconds; `None` when the range itself says so.
    pub const fn shift_secs(self) -> Option<i64> {
        match self {
            Compare::Off | Compare::Previous => None,
            Compare::Day => Some(86_400),
            Compare::Week => Some(7 * 86_400),
        }
    }

    /// The time within a sentence.
    pub const fn said(self) -> &'static str {
        match self {
            Compare::Off | Compare::Previous => "the period before",
            Compare::Day => "the day before",
            Compare::Week => "the week before",
        }
    }
}

impl Refresh {
    /// Seconds between two asks; `None` when off.
    pub const fn secs(self) -> Option<u32> {
        match self {
            Refresh::Off => None,
            Refresh::Secs30 => Some(30),
            Refresh::Min1 => Some(60),
            Refresh::Min5 => Some(300),
        }
    }
}
