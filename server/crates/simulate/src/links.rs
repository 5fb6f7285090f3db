//! Who talks to whom: the company's intended conversations, one row each.
//! A table; the rules that may forbid a row are elsewhere.

use crate::faults::Fault;
use crate::rhythm::Rhythm;
use crate::roles::Role;

/// IANA's number of TCP.
pub(crate) const TCP: u8 = 6;
/// IANA's number of UDP.
pub(crate) const UDP: u8 = 17;
/// IANA's number of ICMP.
pub(crate) const ICMP: u8 = 1;

/// People and services outside the VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// Customers all over the internet.
    Shoppers,
    /// Administrators in the office.
    Office,
    /// Route 53 health checks.
    HealthChecks,
    /// S3, by the gateway endpoint.
    S3,
    /// The payment provider's API.
    Payments,
    /// The payment provider's callbacks, which live elsewhere.
    Webhook,
    /// APIs of AWS and mirrors of packages.
    Apis,
}

/// One side of a link.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Party {
    /// All interfaces of these roles.
    Roles(&'static [Role]),
    /// Outside the VPC.
    Crowd(Crowd),
}

/// How conversations come about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Habit {
    /// Short ones, so many a minute at the peak of a small VPC, each lasting a random time.
    Requests {
        /// All clients together.
        per_minute: f64,
        /// Shortest and longest.
        secs: (i64, i64),
    },
    /// Kept open: every client holds one to each of so many servers, and opens the next when it ends.
    Pool {
        /// Servers per client.
        fan: usize,
        /// Shortest and longest life.
        secs: (i64, i64),
        /// What a client does when it cannot connect.
        retry: Retry,
    },
}

/// What a refused client does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Retry {
    /// Doubles its pause up to a minute.
    Backoff,
    /// Comes again every so many seconds.
    Every(i64),
}

/// One intended conversation.
#[derive(Debug)]
pub(crate) struct Link {
    /// Names its stream of chance, and the link in the truth.
    pub(crate) name: &'static str,
    /// Who opens.
    pub(crate) clients: Party,
    /// Who answers.
    pub(crate) servers: Party,
    /// IANA number.
    pub(crate) protocol: u8,
    /// The service's port; 0 for ICMP.
    pub(crate) port: u16,
    /// How.
    pub(crate) habit: Habit,
    /// When.
    pub(crate) rhythm: Rhythm,
    /// Payload bytes there and back: of a whole request, or of a pooled connection's busy minute.
    pub(crate) payload: (f64, f64),
    /// Part of the conversations that use IPv6.
    pub(crate) ipv6: f64,
    /// The mistake that stops it, wholly or in part.
    pub(crate) fault: Option<Fault>,
    /// Whether anything listens at the port.
    pub(crate) answered: bool,
}

const fn link(
    name: &'static str,
    clients: Party,
    servers: Party,
    (protocol, port): (u8, u16),
    (habit, rhythm): (Habit, Rhythm),
    payload: (f64, f64),
) -> Link {
    Link {
        name,
        clients,
        servers,
        protocol,
        port,
        habit,
        rhythm,
        payload,
        ipv6: 0.0,
        fault: None,
        answered: true,
    }
}

impl Link {
    const fn ipv6(mut self, part: f64) -> Self {
        self.ipv6 = part;
        self
    }

    const fn stopped_by(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    const fn unanswered(mut self) -> Self {
        self.answered = false;
        self
    }
}

const fn requests(per_minute: f64, secs: (i64, i64)) -> Habit {
    Habit::Requests { per_minute, secs }
}

const fn pool(fan: usize, secs: (i64, i64)) -> Habit {
    Habit::Pool { fan, secs, retry: Retry::Backoff }
}

const fn every(secs: i64) -> Habit {
    Habit::Pool { fan: usize::MAX, secs: (7_200, 36_000), retry: Retry::Every(secs) }
}

const INSTANCES: Party = Party::Roles(&[Role::Web, Role::App, Role::Worker, Role::Bastion, Role::Reporting]);
const BALANCERS: Party = Party::Roles(&[Role::StoreBalancer, Role::ApiBalancer]);
const WEB: Party = Party::Roles(&[Role::Web]);
const APP: Party = Party::Roles(&[Role::App]);
const WORKER: Party = Party::Roles(&[Role::Worker]);
const KAFKA: Party = Party::Roles(&[Role::Kafka]);
const ORDERS: Party = Party::Roles(&[Role::OrdersDb]);
const ANALYTICS: Party = Party::Roles(&[Role::AnalyticsDb]);
const REPORTING: Party = Party::Roles(&[Role::Reporting]);
const MONITORING: Party = Party::Roles(&[Role::Monitoring]);
const BASTION: Party = Party::Roles(&[Role::Bastion]);
const DNS: Party = Party::Roles(&[Role::Dns]);

/// Every link: traffic from the internet, then inside, then outward.
pub(crate) const LINKS: [Link; 39] = {
    use Rhythm::{Batch, Business, Deploy, Flat};
    let store = Party::Roles(&[Role::StoreBalancer]);
    let api = Party::Roles(&[Role::ApiBalancer]);
    let cache = Party::Roles(&[Role::Cache]);
    let catalog = Party::Roles(&[Role::CatalogDb]);
    let s3 = Party::Crowd(Crowd::S3);
    let shoppers = Party::Crowd(Crowd::Shoppers);
    [
        link("shoppers", shoppers, store, (TCP, 443), (requests(110.0, (0, 90)), Business), (4e3, 9e4))
            .ipv6(0.25),
        link("shoppers-http", shoppers, store, (TCP, 80), (requests(9.0, (0, 2)), Business), (5e2, 6e2))
            .ipv6(0.2),
        link("partners", shoppers, api, (TCP, 443), (requests(45.0, (0, 30)), Business), (6e3, 1.5e4)),
        link(
            "health-checks",
            Party::Crowd(Crowd::HealthChecks),
            store,
            (TCP, 443),
            (requests(6.0, (0, 1)), Flat),
            (600.0, 4e3),
        ),
        link("store-web", BALANCERS, WEB, (TCP, 8080), (pool(8, (600, 3_600)), Business), (4e5, 6e6)),
        link("target-checks", BALANCERS, WEB, (TCP, 8080), (requests(12.0, (0, 0)), Flat), (150.0, 300.0)),
        link("api-app", api, APP, (TCP, 8443), (pool(8, (600, 3_600)), Business), (2e5, 5e5)),
        link("web-app", WEB, APP, (TCP, 8443), (pool(3, (600, 3_600)), Business), (3e5, 9e5)).ipv6(0.2),
        link("web-sessions", WEB, cache, (TCP, 6379), (pool(2, (1_800, 14_400)), Business), (2e5, 6e5)),
        link("app-sessions", APP, cache, (TCP, 6379), (pool(1, (1_800, 14_400)), Business), (2e5, 6e5))
            .stopped_by(Fault::CacheFromApp),
        link("app-orders", APP, ORDERS, (TCP, 5432), (pool(2, (1_800, 7_200)), Business), (5e5, 3e6)),
        link(
            "orders-replication",
            ORDERS,
            ORDERS,
            (TCP, 5432),
            (pool(2, (36_000, 90_000)), Business),
            (1e5, 4e6),
        ),
        link("app-catalog", APP, catalog, (TCP, 3306), (pool(1, (1_800, 7_200)), Business), (1e5, 2e6)),
        link("app-analytics", APP, ANALYTICS, (TCP, 5432), (pool(1, (1_800, 7_200)), Business), (8e5, 1e4)),
        link("app-kafka", APP, KAFKA, (TCP, 9092), (pool(2, (7_200, 36_000)), Business), (6e5, 6e4)),
        link(
            "kafka-replication",
            KAFKA,
            KAFKA,
            (TCP, 9092),
            (pool(2, (36_000, 90_000)), Business),
            (5e4, 3e6),
        ),
        link(
            "app-search",
            APP,
            Party::Roles(&[Role::Search]),
            (TCP, 9200),
            (requests(30.0, (0, 3)), Business),
            (2e3, 3e4),
        )
        .stopped_by(Fault::SearchAnswers),
        link(
            "files",
            Party::Roles(&[Role::Web, Role::App]),
            Party::Roles(&[Role::Files]),
            (TCP, 2049),
            (pool(1, (36_000, 90_000)), Business),
            (5e4, 4e5),
        ),
        link(
            "logs-endpoint",
            Party::Roles(&[Role::Web, Role::App, Role::Worker]),
            Party::Roles(&[Role::Endpoint]),
            (TCP, 443),
            (requests(14.0, (0, 50)), Flat),
            (2e5, 3e3),
        ),
        link("names", INSTANCES, DNS, (UDP, 53), (requests(30.0, (0, 0)), Business), (45.0, 140.0)),
        link("names-long", WORKER, DNS, (TCP, 53), (requests(0.5, (0, 0)), Flat), (60.0, 2e3)),
        link("names-ipv6", WEB, DNS, (UDP, 53), (requests(2.0, (0, 0)), Business), (45.0, 140.0))
            .ipv6(1.0)
            .stopped_by(Fault::NamesOverIpv6),
        link("time", INSTANCES, DNS, (UDP, 123), (requests(5.0, (0, 0)), Flat), (48.0, 48.0)),
        link(
            "host-metrics",
            MONITORING,
            Party::Roles(&[Role::Web, Role::Worker, Role::Kafka, Role::Dns]),
            (TCP, 9100),
            (every(15), Flat),
            (1.2e3, 2.4e5),
        ),
        link("app-metrics", MONITORING, APP, (TCP, 9100), (every(60), Flat), (1.2e3, 2.4e5))
            .stopped_by(Fault::MetricsOfApp),
        link(
            "ping",
            MONITORING,
            Party::Roles(&[Role::Web, Role::App, Role::Kafka]),
            (ICMP, 0),
            (requests(5.0, (0, 3)), Flat),
            (224.0, 224.0),
        ),
        link(
            "office-ssh",
            Party::Crowd(Crowd::Office),
            BASTION,
            (TCP, 22),
            (requests(0.12, (300, 5_400)), Business),
            (3e5, 1e6),
        ),
        link(
            "ssh",
            BASTION,
            Party::Roles(&[Role::Web, Role::App, Role::Worker]),
            (TCP, 22),
            (requests(0.2, (60, 2_400)), Business),
            (2e5, 8e5),
        ),
        link(
            "reports-analytics",
            REPORTING,
            ANALYTICS,
            (TCP, 5432),
            (requests(0.08, (30, 240)), Business),
            (4e4, 3e7),
        ),
        link("reports-catalog", REPORTING, catalog, (TCP, 3306), (every(300), Flat), (4e4, 3e6))
            .stopped_by(Fault::CatalogFromReporting),
        link("reports-exports", REPORTING, APP, (TCP, 8081), (requests(0.3, (0, 0)), Business), (1e3, 1e3))
            .unanswered(),
        link("batch-orders", WORKER, ORDERS, (TCP, 5432), (pool(2, (300, 1_500)), Batch), (2e6, 8e7))
            .stopped_by(Fault::OrdersFromWorkers),
        link("batch-kafka", WORKER, KAFKA, (TCP, 9092), (pool(2, (3_600, 18_000)), Batch), (6e4, 6e6)),
        link("batch-s3", WORKER, s3, (TCP, 443), (requests(90.0, (0, 45)), Batch), (6e6, 2e4))
            .stopped_by(Fault::BatchAnswers),
        link("app-s3", APP, s3, (TCP, 443), (requests(22.0, (0, 20)), Business), (8e3, 6e5)),
        link(
            "deploy",
            Party::Roles(&[Role::Web, Role::App]),
            s3,
            (TCP, 443),
            (requests(120.0, (5, 60)), Deploy),
            (2e4, 9e7),
        ),
        link(
            "payments",
            APP,
            Party::Crowd(Crowd::Payments),
            (TCP, 443),
            (requests(14.0, (0, 5)), Business),
            (3e3, 6e3),
        ),
        link(
            "webhook",
            APP,
            Party::Crowd(Crowd::Webhook),
            (TCP, 443),
            (requests(4.0, (0, 2)), Business),
            (3e3, 1e3),
        )
        .stopped_by(Fault::WebhookEgress),
        link(
            "batch-apis",
            WORKER,
            Party::Crowd(Crowd::Apis),
            (TCP, 443),
            (requests(8.0, (0, 15)), Flat),
            (4e3, 3e5),
        )
        .stopped_by(Fault::BatchAnswers),
    ]
};
