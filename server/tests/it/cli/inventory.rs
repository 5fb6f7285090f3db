//! The script of the README that collects an inventory: it is run, against an AWS CLI that answers from an empty account.

use server::advice::Stock;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// An AWS CLI that may not read network ACLs.
const AWS: &str = r#"#!/bin/sh
case "$*" in
  *--query*) echo "pl-1	pl-2" ;;
  *network-acls*) echo "AccessDenied" >&2; exit 254 ;;
  *get-managed-prefix-list-entries*) echo '{"Entries":[{"Cidr":"10.0.0.0/8"}]}' ;;
  *security-group-rules*) echo '{"SecurityGroupRules":[]}' ;;
  *security-groups*) echo '{"SecurityGroups":[]}' ;;
  *network-interfaces*) echo '{"NetworkInterfaces":[]}' ;;
  *subnets*) echo '{"Subnets":[]}' ;;
  *managed-prefix-lists*) echo '{"PrefixLists":[]}' ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"#;

fn script() -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let block = text.split("```bash\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("the README has a script").to_owned()
}

#[tokio::test]
async fn the_script_of_the_readme_collects_what_it_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let aws = folder.path().join("aws");
    std::fs::write(&aws, AWS).unwrap();
    std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let ran = Command::new("bash")
        .args(["-c", &script()])
        .env("PATH", path)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let inventory = folder.path().join("inventory");
    let stock = Stock::unread(inventory.to_str().unwrap());
    let stock = stock.renewed(&store::Options::default()).await.unwrap().unwrap();
    assert_eq!(stock.complaints, ["network-acls.json is not there"]);
    let firewall = stock.firewall.unwrap();
    let snapshot = firewall.history().snapshots().last().unwrap();
    assert!(snapshot.taken.is_some(), "the folder is named by its time");
    assert_eq!(snapshot.inventory.prefix_lists.len(), 2);
}
