//! Why lines and objects were set aside, most frequent reason first.

use super::Found;
use crate::catalog::Catalog;
use crate::error::LakeError;
use contract::coverage::{Reason, SetAsideLine};
use std::collections::{BTreeMap, BTreeSet};

/// What was set aside in some objects as far as it is kept, at most `most`: whole objects first, then lines, the newest
/// objects first.
pub fn kept(catalog: &mut Catalog, found: &[Found<'_>], most: usize) -> Result<Vec<SetAsideLine>, LakeError> {
    let mut order: Vec<&Found<'_>> = found.iter().collect();
    order.sort_by(|a, b| (b.object.stamp, &a.object.key).cmp(&(a.object.stamp, &b.object.key)));
    let line = |one: &Found<'_>, line: Option<u64>, why: String| SetAsideLine {
        source: one.object.source.clone(),
        object: one.object.key.clone(),
        line,
        why,
    };
    let whole = order.iter().filter_map(|one| Some(line(one, None, one.object.why.clone()?)));
    let mut kept: Vec<SetAsideLine> = whole.take(most).collect();
    for one in order.iter().filter(|one| one.object.set_aside > 0) {
        if kept.len() >= most {
            break;
        }
        let samples = catalog.samples(&one.object.source, &one.object.key)?;
        kept.extend(samples.into_iter().map(|(number, why)| line(one, Some(number), why)));
    }
    kept.truncate(most);
    Ok(kept)
}

/// A reason being counted, with the objects (source and key) that have it.
type Group<'a> = (Reason, BTreeSet<(&'a str, &'a str)>);

/// The reasons among some kept lines; at most `most`.
pub fn ranked(kept: &[SetAsideLine], most: usize) -> Vec<Reason> {
    let mut groups: BTreeMap<(bool, String), Group<'_>> = BTreeMap::new();
    for line in kept {
        let (whole, what) = (line.line.is_none(), general(&line.why));
        let (reason, objects) = groups.entry((whole, without_digits(what))).or_insert_with(|| {
            let reason = Reason {
                what: what.to_owned(),
                count: 0,
                objects: 0,
                whole,
                object: line.object.clone(),
                line: line.line,
                why: line.why.clone(),
            };
            (reason, BTreeSet::new())
        });
        reason.count += 1;
        objects.insert((&line.source, &line.object));
    }
    let mut reasons: Vec<Reason> = groups
        .into_values()
        .map(|(reason, objects)| Reason { objects: objects.len() as u64, ..reason })
        .collect();
    // A whole object outweighs any line.
    reasons.sort_by(|a, b| (b.whole, b.count, &a.what).cmp(&(a.whole, a.count, &b.what)));
    reasons.truncate(most);
    reasons
}

/// A reason without its particulars: what stands before the value or the cure.
fn general(why: &str) -> &str {
    let end = [": ", "; "].iter().filter_map(|mark| why.find(mark)).min().unwrap_or(why.len());
    why.get(..end).unwrap_or(why)
}

/// Numbers are particulars too.
fn without_digits(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(object: &str, line: Option<u64>, why: &str) -> SetAsideLine {
        SetAsideLine { source: "s".into(), object: object.into(), line, why: why.into() }
    }

    #[test]
    fn lines_with_one_fault_are_one_reason_whatever_their_values() {
        let kept = [
            line("a", Some(3), "too few values: 5 where the layout has 14"),
            line("a", Some(9), "dstport is not a number: x: y"),
            line("b", Some(2), "too few values: 7 where the layout has 14"),
            line("b", Some(4), "too few values: 9 where the layout has 29"),
            line("c", None, "none of its 12 lines is a flow log record; line 1: no header"),
            line("d", None, "none of its 7 lines is a flow log record; line 1: no header"),
        ];
        let reasons = ranked(&kept, 10);
        let told: Vec<_> = reasons.iter().map(|r| (r.whole, r.what.as_str(), r.count, r.objects)).collect();
        assert_eq!(
            told,
            [
                (true, "none of its 12 lines is a flow log record", 2, 2),
                (false, "too few values", 3, 2),
                (false, "dstport is not a number", 1, 1),
            ]
        );
        assert_eq!((reasons[1].object.as_str(), reasons[1].line), ("a", Some(3)));
        assert_eq!(reasons[1].why, kept[0].why);
        assert_eq!(ranked(&kept, 1).len(), 1);
    }
}
