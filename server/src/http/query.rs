//! The text after `?`: which of its parameters belong to the link and which to the picture.

use crate::http::refused::Refused;
use contract::{Refusal, RefusalKind, View, link};
use percent_encoding::percent_decode_str;

/// No zone is farther from UTC, seconds.
pub const OFFSET_LIMIT: i64 = 15 * 3_600;

/// The view a link asks for; no link at all is the default view.
///
/// # Errors
/// A refusal with the position, when the link does not parse.
pub fn view(raw: &str) -> Result<View, Refused> {
    link::decode(raw).map_err(|error| Refused(Refusal::from(error)))
}

/// Takes the parameters called `names` out of a query: the rest as it was, and their values in the order of `names`
/// (the first of each, as it stands).
pub fn take<'a, const N: usize>(raw: &'a str, names: [&str; N]) -> (String, [Option<&'a str>; N]) {
    let mut taken = [None; N];
    let mut rest: Vec<&str> = Vec::new();
    for parameter in raw.split('&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match names.iter().position(|name| *name == key) {
            Some(index) => {
                taken[index].get_or_insert(value);
            }
            None => rest.push(parameter),
        }
    }
    (rest.join("&"), taken)
}

/// A value of a query as plain text; bytes that are no text are replaced.
pub fn plain(value: &str) -> String {
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// A whole number within bounds, or `default` when there is none.
///
/// # Errors
/// A refusal that names the parameter and its bounds.
pub fn bounded(name: &str, value: Option<&str>, default: u32, bounds: (u32, u32)) -> Result<u32, Refused> {
    let Some(text) = value else { return Ok(default) };
    let (least, most) = bounds;
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        Refused(Refusal::new(
            RefusalKind::BadQuestion,
            format!("{name} must be a whole number from {least} to {most}, not {text:?}."),
            format!("Leave it out for {default}."),
        ))
    })
}

/// What a zone adds to UTC, seconds; none is UTC.
///
/// # Errors
/// A refusal, when no zone is that far away.
pub fn utc_offset(value: Option<&str>) -> Result<i64, Refused> {
    let secs = value.map_or(Some(0), |text| text.parse::<i64>().ok());
    secs.filter(|secs| secs.abs() <= OFFSET_LIMIT).ok_or_else(|| {
        let message = format!("utc-offset must be a number of seconds up to {OFFSET_LIMIT} either way.");
        Refused(Refusal::new(RefusalKind::BadQuestion, message, "Leave it out for UTC."))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn picture_parameters_leave_the_link_as_it_was() {
        let (rest, [width, theme]) =
            take("v=1&width=300&filter=a%26b&theme=dark&from=now-3h", ["width", "theme"]);
        assert_eq!(rest, "v=1&filter=a%26b&from=now-3h");
        assert_eq!((width, theme), (Some("300"), Some("dark")));
    }

    #[test]
    fn a_size_out_of_bounds_is_refused_with_the_bounds() {
        assert_eq!(bounded("width", Some("800"), 1_200, (100, 4_000)).unwrap(), 800);
        assert_eq!(bounded("width", None, 1_200, (100, 4_000)).unwrap(), 1_200);
        for wrong in ["99", "4001", "-1", "1e3", ""] {
            let Refused(refusal) = bounded("width", Some(wrong), 1_200, (100, 4_000)).unwrap_err();
            assert!(refusal.message.contains("100 to 4000"), "{refusal}");
        }
    }
}
