//! Names and levels: those of the user guide, copies of them, and what must not pass for either.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
use proptest::prelude::*;

use super::*;

const NAME: &str = "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz";

#[test]
fn the_user_guides_file_name_is_read_whatever_lies_before_it() {
    for folder in ["", "AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20/", "a/b=c/"] {
        let parts = parse(&format!("{folder}{NAME}")).unwrap();
        assert_eq!(parts.account, "123456789012");
        assert_eq!(parts.region, "us-east-1");
        assert_eq!(parts.flow_log_id, "fl-1234abcd");
        assert_eq!(parts.stamp, 1_529_511_600);
        assert_eq!(parts.hash, "fe123456");
        assert_eq!(parts.format, KeyFormat::Text);
    }
}

#[test]
fn names_of_every_ending_are_read() {
    let stem = NAME.strip_suffix(".log.gz").unwrap();
    let format = |ending: &str| parse(&format!("{stem}{ending}")).map(|parts| parts.format);
    for ending in ["", ".log", ".log.gz", ".gz", ".log.zst", ".zst", ".txt", ".log.txt.gz"] {
        assert_eq!(format(ending), Some(KeyFormat::Text), "{ending}");
        assert!(is_readable(&format!("a/{stem}{ending}")), "{ending}");
    }
    for ending in [".log.parquet", ".parquet", ".log.gz.parquet", ".snappy.parquet"] {
        assert_eq!(format(ending), Some(KeyFormat::Parquet), "{ending}");
    }
    for ending in [".", ".log.", "..gz", ".csv", ".log.gz.tmp", ".parquet.crc"] {
        assert_eq!(format(ending), None, "{ending}");
    }
}

#[test]
fn names_that_are_not_awss_are_not_read() {
    for name in [
        "12345678901_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_fe.log.gz",
        "123456789012_CloudTrail_us-east-1_fl-1_20180620T1620Z_fe.log.gz",
        "123456789012_vpcflowlogs_us-east-1_fl-1_20181320T1620Z_fe.log.gz",
        "123456789012_vpcflowlogs_us-east-1_fl-1_20180620T1620_fe.log.gz",
        "123456789012_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_fe_x.log.gz",
        "123456789012_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_fe.csv",
        "123456789012_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_.log.gz",
        "",
    ] {
        assert_eq!(parse(name), None, "{name}");
    }
}

#[test]
fn only_names_of_flow_logs_are_readable() {
    let firehose = "to-s3-1-2026-11-20-03-05-00-0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";
    let in_layout = "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20/flows";
    for key in [
        "a/x.log.gz",
        "000000.gz",
        "x.log",
        "x.parquet",
        "x.log.zst",
        "x.jsonl",
        firehose,
        "x.json",
        "x.txt",
        "X.LOG.GZ",
        "x.gzip",
        in_layout,
    ] {
        assert!(is_readable(key), "{key}");
    }
    let cut = firehose.strip_suffix('f').unwrap();
    for key in [
        "a/",
        "x.csv",
        ".x.log.gz",
        "_x.parquet",
        "aws-logs-write-test",
        "truth.json",
        "",
        cut,
        "x.zip",
        "flows",
    ] {
        assert!(!is_readable(key), "{key}");
    }
}

#[test]
fn every_level_of_both_spellings_is_known() {
    let day = 1_763_596_800..1_763_683_200;
    let hour = 1_763_607_600..1_763_611_200;
    let plain = |below: &str| level(&format!("some/where/AWSLogs/123456789012/vpcflowlogs/{below}"));
    let hive =
        |below: &str| level(&format!("AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/{below}"));
    assert_eq!(level(""), Level::Outside);
    assert_eq!(level("some/where/"), Level::Outside);
    assert_eq!(level("some/where/AWSLogs/"), Level::Root);
    assert_eq!(level("AWSLogs/o-abc123/"), Level::Root);
    assert_eq!(level("AWSLogs/o-abc123/123456789012/"), Level::Account { hive: false });
    assert_eq!(level("AWSLogs/aws-account-id=123456789012/"), Level::Account { hive: true });
    assert_eq!(plain(""), Level::Service);
    assert_eq!(plain("us-east-1/"), Level::Region { hive: false });
    assert_eq!(hive("aws-region=us-east-1/"), Level::Region { hive: true });
    assert_eq!(plain("us-east-1/2025/11/20/"), Level::Day(day.clone()));
    assert_eq!(hive("aws-region=us-east-1/year=2025/month=11/day=20/"), Level::Day(day));
    assert_eq!(plain("us-east-1/2025/11/20/03/"), Level::Hour(hour.clone()));
    assert_eq!(hive("aws-region=us-east-1/year=2025/month=11/day=20/hour=03/"), Level::Hour(hour));
    assert_eq!(plain("us-east-1/2025/12/"), Level::Calendar(1_764_547_200..1_767_225_600));
    assert_eq!(plain("us-east-1/2025/"), Level::Calendar(1_735_689_600..1_767_225_600));
    assert_eq!(level("x/service=vpcflowlogs/aws-region=eu-west-1/"), Level::Region { hive: true });
    assert_eq!(level("vpcflowlogs/AWSLogs/123456789012/"), Level::Account { hive: false });
}

#[test]
fn above_awss_layout_every_name_is_allowed() {
    for prefix in
        ["vpcflowlogs/", "service=vpcflowlogs/", "a/vpcflowlogs/b/", "vpcflowlogs/prod-team/", "o-1/AWS/"]
    {
        assert_eq!(level(prefix), Level::Outside, "{prefix}");
    }
}

#[test]
fn other_services_and_odd_folders_are_foreign() {
    for prefix in [
        "AWSLogs/123456789012/CloudTrail/",
        "AWSLogs/readme/",
        "AWSLogs/123456789012/vpcflowlogs/tmp/",
        "AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/13/",
        "AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/11/20/03/more/",
    ] {
        assert_eq!(level(prefix), Level::Foreign, "{prefix}");
    }
}

#[test]
fn a_day_folder_is_the_level_it_was_made_for() {
    for hive in [false, true] {
        let region =
            if hive { "service=vpcflowlogs/aws-region=us-east-1/" } else { "vpcflowlogs/us-east-1/" };
        for day in [0, 951_782_400, 1_763_596_800] {
            let folder = day_folder(day, hive).unwrap();
            assert_eq!(level(&format!("{region}{folder}")), Level::Day(day..day + DAY_SECS), "{folder}");
        }
    }
}

/// What AWS puts before the name of an object: a prefix of one's own, perhaps an organisation, account, region, date.
fn folders(account: &str, region: &str, hour: [i64; 4]) -> Vec<String> {
    let [year, month, day, hour] = hour;
    let date = format!("{year:04}/{month:02}/{day:02}");
    let hive_date = format!("year={year:04}/month={month:02}/day={day:02}");
    let hive = |service: &str| {
        format!("AWSLogs/aws-account-id={account}/{service}=vpcflowlogs/aws-region={region}/{hive_date}/")
    };
    vec![
        format!("AWSLogs/{account}/vpcflowlogs/{region}/{date}/"),
        format!("AWSLogs/{account}/vpcflowlogs/{region}/{date}/{hour:02}/"),
        format!("AWSLogs/o-a1b2c3d4e5/{account}/vpcflowlogs/{region}/{date}/"),
        hive("aws-service"),
        hive("service"),
        format!("{}hour={hour:02}/", hive("aws-service")),
        format!("{}hour={hour:02}/", hive("service")),
    ]
}

proptest! {
    #[test]
    fn whatever_aws_may_call_an_object_is_read_back(
        account in "[0-9]{12}", region in "[a-z]{2}(-gov|-iso)?-(north|southeast)-[1-9]", id in "[0-9a-f]{8}([0-9a-f]{9})?",
        hour in (1970..2100_i64, 1..=12_i64, 1..=28_i64, 0..24_i64), minute in 0..12_i64, hash in "[0-9a-f]{8}",
        prefix in "([a-zA-Z0-9._=-]{1,9}/){0,3}", ending in prop::sample::select(vec!["", ".log.gz", ".log.parquet"]),
    ) {
        let (year, month, day, hour) = hour;
        let stamp = format!("{year:04}{month:02}{day:02}T{hour:02}{:02}Z", minute * 5);
        let name = format!("{account}_vpcflowlogs_{region}_fl-{id}_{stamp}_{hash}{ending}");
        for folder in folders(&account, &region, [year, month, day, hour]) {
            let folder = format!("{prefix}{folder}");
            let parts = parse(&format!("{folder}{name}")).unwrap();
            prop_assert_eq!(&parts.account, &account);
            prop_assert_eq!(&parts.region, &region);
            prop_assert_eq!(parts.flow_log_id, format!("fl-{id}"));
            prop_assert_eq!(&parts.hash, &hash);
            prop_assert_eq!(parts.format == KeyFormat::Parquet, ending == ".log.parquet");
            // The folder covers the object's stamp, and every folder above it leads there.
            let level = level(&folder);
            let covered = level.covers().cloned();
            prop_assert!(covered.is_some_and(|span| span.contains(&parts.stamp)), "{folder} is {level:?}");
            let below = folder.find("AWSLogs/").unwrap() + "AWSLogs/".len();
            for (end, _) in folder.match_indices('/').filter(|(end, _)| *end >= below) {
                let above = super::level(folder.get(..=end).unwrap());
                prop_assert!(!matches!(above, Level::Outside | Level::Foreign), "{folder} at {end}: {above:?}");
            }
        }
    }

    #[test]
    fn no_key_makes_it_panic(key in "[ -~é/_=.-]{0,60}", whole in any::<String>()) {
        for key in [key.as_str(), whole.as_str()] {
            let (_, _, _) = (parse(key), is_readable(key), level(key));
        }
    }
}
