//! A port with fixed answers, and the router over it.

use crate::talks::Refusals;
use app::ports::Flows;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use contract::coverage::{CoverageRow, Delivered, Lines, ObjectRow, Reason, SetAsideLine, Slot};
use contract::{
    Attempt, Conversation, Conversations, Coverage, Dimension, Grid, Group, GroupService, Intent, Matrix,
    MatrixRow, Objects, OneWay, Progress, Record, Records, Refusal, RefusalKind, Scalar, Series, Service,
    SetAside, SourceStatus, Sources, Span, Stage, Summary, Timeline, Top, TopRow, ValueRow, Values, View,
};
use lake::{DayVolume, FieldVolume, InterfaceText, LogVolume};
use pricing::PriceBook;
use server::advice::{Adviser, Decisions};
use server::cost::{Cost, Costs, Described, Given, Measured, cost};
use server::http::{Hosts, Lifecycle, Limits, Parts, Site, router};
use server::reports::Composer;
use server::self_test::{Outcome, STEPS, SourceTest, Step, Tests};
use server::views::Views;
use std::sync::{Arc, Mutex, OnceLock};
use tower::ServiceExt;

/// 2026-11-20T03:00:00Z.
pub const FROM: i64 = 1_795_143_600;
/// An hour later.
pub const TO: i64 = FROM + 3_600;
/// The hour as a link.
pub const LINK: &str = "v=1&from=1795143600&to=1795147200";

/// Answers every question about one hour, except that some sources are trouble: `source=slow` never answers,
/// `source=denied` refuses, `source=panic` panics.
pub struct Scripted;

impl Scripted {
    async fn trouble(view: &View) -> Result<(), Refusal> {
        match view.source.as_deref() {
            Some("slow") => std::future::pending().await,
            Some("panic") => panic!("the secret is 42"),
            Some("denied") => {
                Err(Refusal::new(RefusalKind::Denied, "Access denied to s3://acme.", "Allow s3:ListBucket."))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Flows for Scripted {
    async fn summary(&self, view: &View) -> Result<Arc<Summary>, Refusal> {
        Scripted::trouble(view).await?;
        Ok(Arc::new(Summary {
            span: Some(view.span(TO)),
            bytes: 1_000,
            packets: 20,
            flows: 4,
            rejected: 1,
            interfaces: 2,
            last_record: Some(TO),
            first_record: Some(FROM),
            now: TO,
            ..Summary::default()
        }))
    }

    async fn timeline(&self, view: &View) -> Result<Arc<Timeline>, Refusal> {
        Scripted::trouble(view).await?;
        let span = view.span(TO);
        let grid = Grid::over(span, usize::from(view.points.unwrap_or(contract::view::POINTS)));
        let series = |key: &str, value: u64| Series {
            key: key.to_owned(),
            within: String::new(),
            label: key.to_owned(),
            values: vec![value; grid.count],
            total: value * grid.count as u64,
            p95: Some(value),
            other: false,
        };
        Ok(Arc::new(Timeline {
            span,
            grid,
            split: view.split,
            within: Dimension::None,
            measure: view.measure,
            series: vec![series("ACCEPT", 10), series("REJECT", 2)],
            p95: Some(12),
            rejected: vec![2; grid.count],
            gaps: Vec::new(),
            earlier: None,
            provenance: Default::default(),
        }))
    }

    async fn matrix(&self, view: &View) -> Result<Arc<Matrix>, Refusal> {
        Scripted::trouble(view).await?;
        let span: Span = view.span(TO);
        let grid = Grid::over(span, usize::from(view.points.unwrap_or(contract::view::POINTS)));
        let values: Vec<u64> = (0..grid.count as u64).collect();
        let total = values.iter().sum();
        Ok(Arc::new(Matrix {
            span,
            grid,
            by: view.rows,
            measure: view.measure,
            rows: vec![MatrixRow { key: "22".into(), label: "22 ssh".into(), values, total, other: false }],
            other_values: 0,
            gaps: Vec::new(),
            provenance: Default::default(),
        }))
    }

    async fn top(&self, view: &View) -> Result<Arc<Top>, Refusal> {
        Scripted::trouble(view).await?;
        let row = TopRow {
            label: "10.0.0.1 → 10.0.0.2".into(),
            client: "10.0.0.1".into(),
            server: "10.0.0.2".into(),
            service_port: Some(443),
            protocol: Some(6),
            bytes: 1_000,
            packets: 20,
            flows: 4,
            share: 1.0,
            ..TopRow::default()
        };
        Ok(Arc::new(Top {
            span: view.span(TO),
            by: view.by,
            measure: view.measure,
            rows: vec![row],
            distinct: 1,
            total: 1_000,
            provenance: Default::default(),
        }))
    }

    async fn conversations(&self, view: &View) -> Result<Arc<Conversations>, Refusal> {
        Scripted::trouble(view).await?;
        let row = Conversation {
            client: "10.0.0.1".into(),
            server: "10.0.0.2".into(),
            service_port: Some(443),
            protocol: Some(6),
            sent: OneWay { bytes: 1_000, packets: 20, flows: 4 },
            rejected: 1,
            first: FROM,
            last: TO - 1,
            share: 1.0,
            ..Conversation::default()
        };
        Ok(Arc::new(Conversations {
            span: view.span(TO),
            measure: view.measure,
            rows: vec![row],
            distinct: 1,
            one_way: 1,
            total: 1_000,
            groups: vec![Group {
                client: Some("10.0.0.0/24".into()),
                service: Some(GroupService {
                    server: "10.0.0.0/24".into(),
                    service_port: Some(443),
                    protocol: Some(6),
                }),
                amount: OneWay { bytes: 1_000, packets: 20, flows: 4 },
                rejected: 1,
            }],
            provenance: Default::default(),
        }))
    }

    async fn records(&self, view: &View) -> Result<Arc<Records>, Refusal> {
        Scripted::trouble(view).await?;
        let values = vec![Scalar::Number(FROM), Scalar::Text("10.0.0.1".into()), Scalar::Missing];
        Ok(Arc::new(Records {
            span: view.span(TO),
            columns: ["start", "srcaddr", "dstport"].map(str::to_owned).to_vec(),
            rows: vec![Record { mark: format!("{FROM}.0"), values }],
            offset: 0,
            total: 1,
            next: None,
            provenance: Default::default(),
        }))
    }

    async fn intent(&self, view: &View) -> Result<Arc<Intent>, Refusal> {
        Scripted::trouble(view).await?;
        let row = Attempt {
            client: "10.0.0.1".into(),
            clients: 1,
            server: "10.0.0.2".into(),
            servers: 1,
            service_port: Some(5_432),
            protocol: 6,
            interface: "eni-1".into(),
            interfaces: 1,
            is_ingress: true,
            flows: 4,
            hours: 1,
            first: FROM,
            last: TO - 1,
            score: 5.0,
            why: vec!["from inside".into()],
        };
        Ok(Arc::new(Intent {
            span: view.span(TO),
            rows: vec![row],
            distinct: 1,
            scanners: Default::default(),
            knocks: Default::default(),
            sources: Sources {
                networks: vec!["10.0.0.0/24".into()],
                services: vec![Service { service_port: Some(5_432), protocol: 6 }],
                flows: vec![vec![4]],
                ..Sources::default()
            },
            untold: 0,
            provenance: Default::default(),
        }))
    }

    async fn values(&self, view: &View) -> Result<Arc<Values>, Refusal> {
        Scripted::trouble(view).await?;
        let row = ValueRow { key: "443".into(), label: "443 https".into(), flows: 4, share: 1.0 };
        Ok(Arc::new(Values {
            span: view.span(TO),
            field: "dstport".into(),
            prefix: String::new(),
            rows: vec![row],
            distinct: 1,
            total: 4,
            provenance: Default::default(),
        }))
    }

    async fn coverage(&self, view: &View) -> Result<Arc<Coverage>, Refusal> {
        Scripted::trouble(view).await?;
        let span = view.span(TO);
        let reason = Reason {
            what: "too few values".into(),
            count: 1,
            objects: 1,
            whole: false,
            object: line_set_aside().object,
            line: line_set_aside().line,
            why: line_set_aside().why,
        };
        let row = CoverageRow {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            slots: vec![Slot::Covered, Slot::Gap],
            objects: vec![1, 0],
            records: vec![7, 0],
            nodata: vec![1, 0],
            skipdata: vec![0, 0],
            set_aside: vec![1, 0],
            late: vec![0, 0],
            failed: vec![0, 0],
            gaps: vec![Span { from: span.from + 1_800, to: span.to }],
            ..CoverageRow::default()
        };
        Ok(Arc::new(Coverage {
            span,
            grid: Grid::with_step(span, 1_800),
            delivered: Delivered { objects: 1, lines: LINES, ..Delivered::default() },
            rows: vec![row],
            hidden_rows: 0,
            freshness: Vec::new(),
            flow_logs: Vec::new(),
            doubled: Vec::new(),
            reasons: vec![reason],
            kept_lines: 1,
            objects: vec![object()],
            lacking: Vec::new(),
            provenance: Default::default(),
            now: TO,
        }))
    }

    async fn objects(&self, view: &View) -> Result<Arc<Objects>, Refusal> {
        Scripted::trouble(view).await?;
        Ok(Arc::new(Objects { span: Some(view.span(TO)), total: 1, rows: vec![object()] }))
    }

    async fn set_aside(&self, view: &View) -> Result<Arc<SetAside>, Refusal> {
        Scripted::trouble(view).await?;
        let whole = SetAsideLine { line: None, why: "the object is empty".into(), ..line_set_aside() };
        let kept = vec![whole, line_set_aside()];
        Ok(Arc::new(SetAside { span: Some(view.span(TO)), lines: 1, objects: 1, kept }))
    }

    fn progress(&self) -> Progress {
        let source = SourceStatus {
            name: "s3://acme".into(),
            stage: Stage::Idle,
            objects_stored: 7,
            ..Default::default()
        };
        Progress { sources: vec![source], generation: 3 }
    }
}

/// The lines of the one object.
const LINES: Lines = Lines { all: 10, headers: 1, records: 7, nodata: 1, skipdata: 0, set_aside: 1 };

fn object() -> ObjectRow {
    ObjectRow { source: "s3://acme".into(), key: "a/b.log.gz".into(), lines: LINES, ..ObjectRow::default() }
}

fn line_set_aside() -> SetAsideLine {
    SetAsideLine {
        source: "s3://acme".into(),
        object: "a/b.log.gz".into(),
        line: Some(4),
        why: "too few values: 3 where the layout has 14".into(),
    }
}

/// Costs of one flow log of ten gigabytes a day, and sources of which one is in order and one refuses.
#[derive(Default)]
pub struct ScriptedCosts {
    described: Mutex<Described>,
    book: OnceLock<PriceBook>,
}

#[async_trait]
impl Costs for ScriptedCosts {
    async fn cost(&self, view: &View) -> Result<Arc<Cost>, Refusal> {
        let text =
            InterfaceText { vpc: "vpc-1".into(), lines: 40, accepted: 10 << 30, ..InterfaceText::default() };
        let day = DayVolume {
            day: FROM - 3 * 3_600,
            objects: 288,
            lines: 40,
            text_bytes: 10 << 30,
            stored_bytes: 1 << 30,
            coverage: 1.0,
        };
        let log = LogVolume {
            source: "s3://acme/logs".to_owned(),
            id: "fl-0123456789abcdef0".to_owned(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            days: vec![day],
            fields: vec![
                FieldVolume { field: "srcaddr".to_owned(), value_bytes: 6 << 30, records: 40 },
                FieldVolume { field: "tcp-flags".to_owned(), value_bytes: 1 << 30, records: 40 },
            ],
            interfaces: [("eni-1".into(), text)].into(),
            ..LogVolume::default()
        };
        let measured = Measured { logs: vec![log], checks: Vec::new(), sides: None, unread: 0, outside: 0 };
        let today = jiff::civil::date(2026, 11, 20);
        Ok(Arc::new(cost(self.book(), &measured, &self.described(), &Given::of(view)?, today)))
    }

    fn book(&self) -> &PriceBook {
        self.book.get_or_init(|| PriceBook::built_in().unwrap())
    }

    fn described(&self) -> Described {
        self.described.lock().unwrap().clone()
    }

    fn import(&self, json: &str) -> Result<(), Refusal> {
        let mut described = self.described.lock().unwrap();
        *described = described.clone().with(json)?;
        Ok(())
    }
}

#[async_trait]
impl Tests for ScriptedCosts {
    async fn run(&self) -> Vec<SourceTest> {
        let step =
            |name, outcome| Step { name, outcome, found: "Seen.".to_owned(), cure: "Look.".to_owned() };
        let good = STEPS.map(|name| step(name, Outcome::Good)).to_vec();
        let failed = vec![step("Credentials", Outcome::Failed)];
        let test = |source: &str, steps| SourceTest { source: source.to_owned(), steps };
        vec![test("s3://acme", good), test("s3://closed", failed)]
    }
}

/// The router over [`Scripted`] with these limits, without an inventory.
pub fn with_limits(limits: Limits) -> (Router, Lifecycle) {
    with(Arc::new(Adviser::new(Arc::new(Refusals), Decisions::in_memory())), Views::nowhere(), limits)
}

/// The router over [`Scripted`] and these views.
pub fn with_views(limits: Limits, views: Views) -> (Router, Lifecycle) {
    with(Arc::new(Adviser::new(Arc::new(Refusals), Decisions::in_memory())), views, limits)
}

/// The router over [`Scripted`] and an adviser with these limits.
pub fn with_adviser(adviser: Arc<Adviser>, limits: Limits) -> (Router, Lifecycle) {
    with(adviser, Views::nowhere(), limits)
}

fn with(adviser: Arc<Adviser>, views: Views, limits: Limits) -> (Router, Lifecycle) {
    let lifecycle = Lifecycle::default();
    let mut site = Site::empty();
    site.add("/pkg/weir.css", "body{}");
    let costs: Arc<dyn Costs> = Arc::new(ScriptedCosts::default());
    let tests = Arc::new(ScriptedCosts::default());
    let router = router(Parts {
        flows: Arc::new(Scripted),
        reports: Arc::new(Composer {
            flows: Arc::new(Scripted),
            costs: Arc::clone(&costs),
            tests,
            views: views.clone(),
            adviser: Arc::clone(&adviser),
        }),
        costs,
        views,
        adviser,
        site: Arc::new(site),
        metrics: server::telemetry::recorder().unwrap().build_recorder().handle(),
        hosts: Hosts::loopback(),
        lifecycle: lifecycle.clone(),
        limits,
    });
    (router, lifecycle)
}

/// A response, read to its end.
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// Sends a request to a router.
pub async fn send(router: Router, request: Request<Body>) -> Seen {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.unwrap().to_vec();
    Seen { status: parts.status, headers: parts.headers, body }
}

/// GET under the host name `localhost` with these headers.
pub async fn get_with(path: &str, headers: &[(&str, &str)]) -> Seen {
    let mut request = Request::get(path).header("host", "localhost:3000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(with_limits(Limits::default()).0, request.body(Body::empty()).unwrap()).await
}

/// GET under the host name `localhost`.
pub async fn get(path: &str) -> Seen {
    get_with(path, &[]).await
}
