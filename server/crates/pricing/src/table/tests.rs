//! Price tables that must be refused, and where the refusal points.

#![expect(clippy::unwrap_used, reason = "a table that cannot be read fails the test")]

use super::*;

fn refused(text: &str) -> String {
    read("mine.toml", text, Some(&BTreeMap::new())).unwrap_err().to_string()
}

#[test]
fn a_slip_names_file_line_key_and_what_was_meant() {
    assert_eq!(
        refused("as_of = \"2026-01-01\"\n\n[region.us-east-1.deliver-to-s4]\nusd = 1\n"),
        "mine.toml, line 3: unknown key \"region.us-east-1.deliver-to-s4\", did you mean \"deliver-to-s3\"?"
    );
    assert_eq!(
        refused("[region.us-east-1.deliver-to-s3]\nudd = 0.2\n"),
        "mine.toml, line 2: unknown key \"region.us-east-1.deliver-to-s3.udd\", did you mean \"usd\"?"
    );
    assert_eq!(
        refused("regions = 1\n"),
        "mine.toml, line 1: unknown key \"regions\", did you mean \"region\"?"
    );
    assert_eq!(refused("zebra = 1\n"), "mine.toml, line 1: unknown key \"zebra\"");
}

#[test]
fn a_value_of_the_wrong_sort_names_what_it_must_be() {
    let entry = |body: &str| refused(&format!("[region.r.deliver-to-s3]\n{body}\n"));
    for (body, says) in [
        ("usd = \"0.25\"", "\"region.r.deliver-to-s3.usd\" must be a number of dollars, 0 to 1000000"),
        ("usd = -0.25", "\"region.r.deliver-to-s3.usd\" must be a number of dollars, 0 to 1000000"),
        ("usd = nan", "\"region.r.deliver-to-s3.usd\" must be a number of dollars, 0 to 1000000"),
        ("usd = 1\nestimate = 1", "\"region.r.deliver-to-s3.estimate\" must be true or false"),
        (
            "usd = 1\nsource = \"x\"",
            "\"region.r.deliver-to-s3.source\" must be one of the names below [sources]",
        ),
        ("usd = 1\ntiers = []", "\"region.r.deliver-to-s3\" must be a table with either usd or tiers"),
        ("tiers = []", "\"region.r.deliver-to-s3.tiers\" must be a list of 1 to 16 tiers"),
        ("tiers = [{ to = 5 }]", "\"region.r.deliver-to-s3.tiers[0].usd\" is missing"),
        (
            "tiers = [{ to = 5, usd = 1 }]",
            "\"region.r.deliver-to-s3.tiers[0]\" must be a tier with to, or the last",
        ),
        (
            "tiers = [{ to = 5, usd = 1 }, { to = 5, usd = 1 }, { usd = 1 }]",
            "\"region.r.deliver-to-s3.tiers[1].to\" must be a number above the end of the tier before it",
        ),
    ] {
        let refusal = entry(body);
        assert!(refusal.contains(says), "{body}: {refusal}");
    }
    assert!(refused("as_of = \"yesterday\"").ends_with("must be a date in quotes, as \"2026-01-31\""));
    assert!(refused("[region]\nr = 5").contains("line 2: \"region.r\" must be a table"));
}

#[test]
fn what_is_no_toml_names_the_line() {
    assert!(refused("as_of = \"2026-01-01\"\n[region\n").starts_with("mine.toml, line 2: not TOML: "));
}

#[test]
fn prices_are_the_digits_that_were_written() {
    let text = "[region.r.deliver-to-s3]\nusd = 0.1\n[region.r.athena-scan]\nusd = 5\n[region.r.s3-standard]\nusd = 23e-3";
    let table = read("mine.toml", text, Some(&BTreeMap::new())).unwrap();
    let prices: Vec<String> =
        table.regions["r"].prices.values().map(|price| price.tiers[0].usd.to_string()).collect();
    assert_eq!(prices, ["0.1", "0.023", "5"]);
}

#[test]
fn the_table_in_the_repository_must_name_sources() {
    let error = read("aws.toml", "[region.r.athena-scan]\nusd = 5\n", None).unwrap_err();
    assert_eq!(error.to_string(), "aws.toml, line 1: \"region.r.athena-scan.source\" is missing");
}
