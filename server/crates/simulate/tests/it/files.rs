//! Files: same bytes, keys, formats, refusals, progress.

use super::*;

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let settings = |seed| Settings { format: Format::V2, ..Settings::new(seed, 1, END) };
    let (first, truth) = simulated(&settings(3));
    let (second, _) = simulated(&settings(3));
    let (other, _) = simulated(&settings(4));
    assert_eq!(files_of(first.path()), files_of(second.path()));
    assert_ne!(
        files_of(first.path()).keys().collect::<Vec<_>>(),
        files_of(other.path()).keys().collect::<Vec<_>>()
    );
    let told: Truth =
        serde_json::from_slice(&std::fs::read(first.path().join("truth.json")).unwrap()).unwrap();
    assert_eq!(told, truth);
}

#[test]
fn the_format_changes_the_columns_and_not_the_flows() {
    let custom = ["end", "srcaddr", "tcp-flags", "reject-reason", "log-status"].map(str::to_owned).to_vec();
    let settings = Settings::new(3, 1, END);
    let (wide, v5) = simulated(&settings);
    let (narrow, few) = simulated(&Settings { format: Format::Custom(custom.clone()), ..settings.clone() });
    assert_eq!(v5.totals.flows, few.totals.flows);
    assert_eq!(few.fields, custom);
    let text = |folder: &TempDir| objects_of(folder.path()).into_values().next().unwrap();
    assert!(text(&narrow).starts_with("end srcaddr tcp-flags reject-reason log-status\n17954"));
    assert_eq!(text(&wide).lines().nth(1).unwrap().split(' ').count(), 29);
}

#[test]
fn keys_follow_the_chosen_style() {
    let key = |hive, hourly| {
        let (folder, truth) =
            simulated(&Settings { hive, hourly, format: Format::V2, ..Settings::new(5, 1, END) });
        let path = files_of(&folder.path().join("logs")).into_keys().next_back().unwrap();
        let path =
            path.to_str().unwrap().replace(&truth.account, "ACCOUNT").replace(&truth.flow_log, "FLOWLOG");
        path[..path.len() - "3a9dfd9d.log.gz".len()].to_owned()
    };
    let file = "ACCOUNT_vpcflowlogs_eu-central-1_FLOWLOG_20261123T2045Z_";
    assert_eq!(key(false, false), format!("AWSLogs/ACCOUNT/vpcflowlogs/eu-central-1/2026/11/23/{file}"));
    assert_eq!(key(false, true), format!("AWSLogs/ACCOUNT/vpcflowlogs/eu-central-1/2026/11/23/20/{file}"));
    let hive = "AWSLogs/aws-account-id=ACCOUNT/aws-service=vpcflowlogs/aws-region=eu-central-1";
    assert_eq!(key(true, true), format!("{hive}/year=2026/month=11/day=23/hour=20/{file}"));
}

#[test]
fn impossible_settings_are_refused_with_a_reason() {
    let folder = TempDir::new().unwrap();
    let refused =
        |settings: Settings| simulate(&settings, folder.path(), &mut |_| {}).unwrap_err().to_string();
    assert!(refused(Settings::new(1, 0, END)).contains("choose 1 to 2208"));
    assert!(refused(Settings::new(1, 1, -5)).contains("choose an end"));
    let bogus = Format::Custom(vec!["src-addr".to_owned()]);
    assert!(refused(Settings { format: bogus, ..Settings::new(1, 1, END) }).contains("\"src-addr\""));
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    let occupied = simulate(&Settings::new(1, 1, END), folder.path(), &mut |_| {});
    assert!(matches!(occupied, Err(SimulateError::Occupied { .. })));
}

#[test]
fn progress_counts_windows_to_the_end() {
    let folder = TempDir::new().unwrap();
    let mut steps = Vec::new();
    let settings = Settings { format: Format::V2, ..Settings::new(1, 1, END) };
    let truth = simulate(&settings, folder.path(), &mut |step| steps.push(step)).unwrap();
    assert!(steps.iter().map(|step| step.done).eq(1..=12));
    assert!(steps.iter().all(|step| step.total == 12));
    assert_eq!(steps.last().unwrap().records, truth.totals.flows.records);
}
