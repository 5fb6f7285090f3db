//! Random filters and views, of every shape the constructors can make.

use contract::filter::{Expr, Op, Value};
use contract::link::DETAILS;
use contract::moment::LATEST;
use contract::view::{POINTS_LIMIT, TOP_LIMIT};
use contract::{
    Addresses, Compare, Count, Dimension, Field, Filter, Heights, Kind, Mark, Measure, Moment, Refresh,
    Scale, TopBy, View, Zone,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use std::net::IpAddr;

const OPS: [Op; 6] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge];

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).into()),
        any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from_bits(bits).into()),
        any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_ipv6_mapped().into()),
    ]
}

fn text(field: Field) -> impl Strategy<Value = Value> {
    let is_plain =
        move |text: &String| text != "-" && !field.values().iter().any(|v| v.eq_ignore_ascii_case(text));
    let plain = prop_oneof!["[A-Za-z0-9._:/-]{0,12}", "(and|OR|Not|in)", any::<String>()];
    let mut known: Vec<String> = field.values().iter().map(|v| (*v).to_owned()).collect();
    known.push("eni-0a1b".to_owned());
    prop_oneof![plain.prop_filter("would be read as another value", is_plain), select(known)]
        .prop_map(Value::Text)
}

fn number_up_to(limit: i64) -> BoxedStrategy<Value> {
    (0..=limit).prop_map(Value::Number).boxed()
}

/// A single value the field may have.
fn single(field: Field) -> BoxedStrategy<Value> {
    match field.kind() {
        Kind::Address => address().prop_map(Value::address).boxed(),
        Kind::Port => number_up_to(65_535),
        Kind::Number => number_up_to(i64::MAX),
        Kind::Protocol | Kind::TcpFlags => number_up_to(255),
        Kind::Time => number_up_to(LATEST),
        Kind::Action => select(vec!["ACCEPT", "REJECT"]).prop_map(|a| Value::Text(a.to_owned())).boxed(),
        Kind::Scope => select(field.values()).prop_map(|scope| Value::Text((*scope).to_owned())).boxed(),
        Kind::Text => text(field).boxed(),
    }
}

/// A single value, a set of values, or none.
fn member(field: Field) -> BoxedStrategy<Value> {
    let set = match field.kind() {
        Kind::Address => {
            (address(), 0..=128_u8).prop_filter_map("too long", |(a, p)| Value::network(a, p)).boxed()
        }
        Kind::Port => {
            (0..=65_535_i64, 0..=65_535_i64).prop_filter_map("reversed", |(a, b)| Value::range(a, b)).boxed()
        }
        Kind::Number => {
            (0..=i64::MAX, 0..=i64::MAX).prop_map(|(a, b)| Value::range(a.min(b), a.max(b)).unwrap()).boxed()
        }
        _ => single(field),
    };
    prop_oneof![4 => single(field), 2 => set, 1 => Just(Value::Missing)].boxed()
}

/// Known fields, those that AWS may add, and some that look like a slip.
fn field() -> impl Strategy<Value = Field> {
    let other = prop_oneof!["[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,6}){0,3}", "(and|or|not|in|dst-prt|asg-tag-3)"];
    let other = other.prop_filter_map("a known field", |name| Field::other(&name));
    prop_oneof![4 => select(Field::ALL), 1 => other]
}

/// What only some kinds of fields take; an equality where the kind takes nothing special.
fn special(field: Field) -> BoxedStrategy<Expr> {
    let of_kind: Vec<Field> =
        Field::ALL.iter().copied().filter(|other| field.compares_with(*other)).collect();
    match field.kind() {
        Kind::Text if of_kind.is_empty() || !field.is_known() => {
            any::<String>().prop_filter_map("a value", move |text| Expr::like(field, &text).ok()).boxed()
        }
        Kind::TcpFlags => (1..=u8::MAX).prop_map(move |bits| Expr::Has { field, bits }).boxed(),
        kind => {
            let ops = if kind.is_ordered() { &OPS[..] } else { &OPS[..2] };
            let right =
                of_kind.into_iter().filter(move |other| kind != Kind::Text || other.name().contains('-'));
            let right: Vec<Field> = right.collect();
            let fields = (select(ops), select(right)).prop_map(move |(op, right)| Expr::Fields {
                left: field,
                op,
                right,
            });
            let like = "[a-z%_/-]{0,9}".prop_filter_map("a value", move |text| Expr::like(field, &text).ok());
            if kind == Kind::Text { prop_oneof![fields, like].boxed() } else { fields.boxed() }
        }
    }
}

fn condition() -> impl Strategy<Value = Expr> {
    field().prop_flat_map(|field| {
        let equality =
            (select(&OPS[..2]), member(field)).prop_map(move |(op, v)| Expr::compare(field, op, v));
        let ops = if field.kind().is_ordered() { &OPS[..] } else { &OPS[..2] };
        let order = (select(ops), single(field)).prop_map(move |(op, value)| Expr::compare(field, op, value));
        let list = vec(member(field), 1..5).prop_map(move |values| Expr::one_of(field, values));
        prop_oneof![3 => equality, 3 => order, 3 => list, 2 => special(field)]
    })
}

/// Any condition the language can say.
pub fn expr() -> impl Strategy<Value = Expr> {
    condition().prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(|a| !a),
        ]
    })
}

fn range() -> impl Strategy<Value = (Moment, Moment)> {
    let at = (0..LATEST, 1..1_000_000_i64);
    let relative = (-LATEST..LATEST, 1..1_000_000_i64);
    prop_oneof![
        at.prop_map(|(from, secs)| (Moment::At(from), Moment::At((from + secs).min(LATEST)))),
        relative.prop_map(|(minus, secs)| (
            Moment::Now { minus: (minus + secs).min(LATEST) },
            Moment::Now { minus }
        )),
        (0..=LATEST, -LATEST..=LATEST).prop_map(|(from, minus)| (Moment::At(from), Moment::Now { minus })),
        (0..=LATEST, -LATEST..=LATEST).prop_map(|(to, minus)| (Moment::Now { minus }, Moment::At(to))),
    ]
}

fn unknown() -> impl Strategy<Value = Vec<(String, String)>> {
    const KNOWN: [&str; 20] = [
        "v",
        "from",
        "to",
        "filter",
        "split",
        "measure",
        "top",
        "rows",
        "by",
        "source",
        "refresh",
        "scale",
        "zone",
        "points",
        "addresses",
        "count",
        "within",
        "compare",
        "heights",
        "mark",
    ];
    let name = any::<String>()
        .prop_filter("known", |name| !KNOWN.contains(&name.as_str()) && !DETAILS.contains(&name.as_str()));
    vec((name, any::<String>()), 0..3)
}

fn details() -> impl Strategy<Value = BTreeMap<String, String>> {
    let value = any::<String>().prop_filter("no value", |value| !value.is_empty());
    btree_map(select(&DETAILS[..]).prop_map(str::to_owned), value, 0..3)
}

/// Any view a link can hold.
pub fn view() -> impl Strategy<Value = View> {
    let dimension = || select(&Dimension::ALL[..]);
    let by = prop_oneof![Just(TopBy::Talkers), dimension().prop_map(TopBy::Dimension)];
    let source = proptest::option::of(any::<String>().prop_filter("no source", |source| !source.is_empty()));
    let question = (range(), proptest::option::of(expr()), dimension(), select(Measure::ALL), 1..=TOP_LIMIT);
    let rest = (dimension(), by, source, proptest::option::of(1..=POINTS_LIMIT), details(), unknown());
    let surface = (
        select(Refresh::ALL),
        select(Scale::ALL),
        select(Zone::ALL),
        select(Addresses::ALL),
        select(Count::ALL),
    );
    let drawn = (dimension(), select(Compare::ALL), select(Heights::ALL), select(Mark::ALL));
    (question, rest, surface, drawn).prop_map(|(question, rest, surface, drawn)| {
        let ((from, to), expr, split, measure, top) = question;
        let (rows, by, source, points, details, unknown) = rest;
        let (refresh, scale, zone, addresses, count) = surface;
        let (within, compare, heights, mark) = drawn;
        let filter = Filter { expr };
        View {
            from,
            to,
            filter,
            split,
            measure,
            top,
            rows,
            by,
            source,
            refresh,
            scale,
            zone,
            points,
            addresses,
            count,
            within,
            compare,
            heights,
            mark,
            details,
            unknown,
        }
    })
}
