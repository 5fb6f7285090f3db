//! Goes through a store's tree and streams the objects a time range needs.
//! Knows neither S3 nor disks: a [`Tree`] is asked for pages, `keys` says what a folder is, `plan` what is wanted,
//! and `listing` lists the parts found.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::future::ready;
use std::ops::Range;

use futures::stream::{self, BoxStream, StreamExt};

use crate::error::StoreError;
use crate::keys::{self, Level};
use crate::listing::{Stretch, list};
use crate::plan::Window;
use crate::source::ObjectMeta;
use crate::tree::{Depth, Tree, first_pages, is_readable, level};

/// Parts of the tree listed at the same time; the store bounds its own requests below that.
const LISTINGS_AT_ONCE: usize = 16;
/// `AWSLogs/` is looked for so many levels below the given prefix.
const MAX_LEVELS_ABOVE: usize = 4;
/// And in so many folders: a bucket full of other things is not searched through.
const MAX_FOLDERS_ABOVE: usize = 256;
/// And in so many beside an `AWSLogs/` right below the prefix, which holds all there is nearly always.
const MAX_FOLDERS_BESIDE: usize = 64;
/// And no further into each of them: a folder of a million objects has shown what it is by then.
const MAX_PAGES_ABOVE: usize = 4;

/// So many objects that cannot be flow logs are named.
const MAX_STRANGERS: usize = 3;

/// What became of a prefix: go on below it, or list it.
enum Step {
    Descend(String),
    List(Stretch),
}

/// Streams pages of the objects wanted for `span`, roughly newest day first.
pub(crate) fn pages(
    tree: &dyn Tree,
    span: Option<Range<i64>>,
) -> BoxStream<'_, Result<Vec<ObjectMeta>, StoreError>> {
    let window = Window::of(span);
    stream::once(survey(tree, window))
        .flat_map(move |found| {
            stream::iter(found)
                .map(move |stretch| match stretch {
                    Ok(stretch) => list(tree, stretch, window),
                    Err(error) => stream::once(ready(Err(error))).boxed(),
                })
                .flatten_unordered(LISTINGS_AT_ONCE)
        })
        .boxed()
}

/// Finds the parts of the tree to be listed, newest first; a branch that cannot be looked into stands as its error.
async fn survey(tree: &dyn Tree, window: Window) -> Vec<Result<Stretch, StoreError>> {
    let mut frontier = match starts(tree).await {
        Ok(steps) => vec![Ok(steps)],
        Err(error) => return vec![Err(error)],
    };
    let mut found = Vec::new();
    while !frontier.is_empty() {
        let mut below = Vec::new();
        for steps in frontier.drain(..) {
            match steps {
                Ok(steps) => {
                    for step in steps {
                        match step {
                            Step::Descend(prefix) => below.push(prefix),
                            Step::List(stretch) => found.push(Ok(stretch)),
                        }
                    }
                }
                Err(error) => found.push(Err(error)),
            }
        }
        let looks = below.into_iter().map(|prefix| expand(tree, prefix, window));
        frontier = stream::iter(looks).buffered(LISTINGS_AT_ONCE).collect().await;
    }
    found
        .sort_by_key(|stretch| stretch.as_ref().map_or(Reverse(i64::MAX), |stretch| Reverse(stretch.newest)));
    found
}

/// Where to begin: the prefix itself when it lies within AWS's layout, else the `AWSLogs/` folders below it, else
/// everything below it as a bare folder.
async fn starts(tree: &dyn Tree) -> Result<Vec<Step>, StoreError> {
    let root = tree.root().to_owned();
    let bare = Step::List(Stretch { newest: i64::MAX, prefix: root.clone(), depth: Depth::All });
    match level(tree, &root) {
        Level::Outside => {}
        Level::Foreign => return Ok(vec![bare]),
        _ => return Ok(vec![Step::Descend(root)]),
    }
    // Behind thousands of objects it would not be on the first pages.
    let usual = format!("{root}AWSLogs/");
    let has_usual = !tree.page(&usual, Depth::Level, None).await?.folders.is_empty();
    let anchors = anchors(tree, root, has_usual.then_some(usual)).await?;
    Ok(if anchors.is_empty() { vec![bare] } else { anchors })
}

/// The folders that begin AWS's layout, a few levels below `root`, with the one that is known; none when there is no
/// such one and flow logs lie right in `root`.
async fn anchors(tree: &dyn Tree, root: String, known: Option<String>) -> Result<Vec<Step>, StoreError> {
    let mut anchors: Vec<Step> = known.clone().into_iter().map(Step::Descend).collect();
    let most = if anchors.is_empty() { MAX_FOLDERS_ABOVE } else { MAX_FOLDERS_BESIDE };
    let mut frontier = vec![root.clone()];
    let mut looked = 0;
    for depth in 0..MAX_LEVELS_ABOVE {
        looked += frontier.len();
        if looked > most {
            tracing::warn!(
                source.name = tree.name(),
                "too many folders to look for AWSLogs/ in; give a longer prefix"
            );
            break;
        }
        let looks =
            frontier.drain(..).map(|prefix| async move { first_pages(tree, &prefix, MAX_PAGES_ABOVE).await });
        let pages: Vec<_> = stream::iter(looks).buffered(LISTINGS_AT_ONCE).collect().await;
        for page in pages {
            let page = match page {
                Ok(page) => page,
                // Who may only list AWSLogs/ still has that.
                Err(_) if known.is_some() => continue,
                Err(error) => return Err(error),
            };
            for folder in page.folders {
                match level(tree, &folder) {
                    _ if known.as_ref() == Some(&folder) => {}
                    Level::Outside => frontier.push(folder),
                    Level::Foreign => {}
                    _ => anchors.push(Step::Descend(folder)),
                }
            }
            let is_bare = depth == 0 && page.objects.iter().any(|object| is_readable(tree, &object.key));
            if is_bare && anchors.is_empty() {
                return Ok(anchors);
            }
            if is_bare {
                anchors.push(Step::List(right_in(root.clone())));
            }
        }
    }
    Ok(anchors)
}

/// The objects right in a folder of AWS's layout that holds folders: people put copies there.
fn right_in(prefix: String) -> Stretch {
    Stretch { newest: i64::MAX, prefix, depth: Depth::Level }
}

/// Some of the objects that cannot be flow logs, in the first folders of the tree.
pub(crate) async fn strangers(tree: &dyn Tree) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = VecDeque::from([tree.root().to_owned()]);
    for _ in 0..MAX_FOLDERS_ABOVE {
        let Some(folder) = folders.pop_front() else { break };
        let Ok(page) = tree.page(&folder, Depth::Level, None).await else { continue };
        folders.extend(page.folders);
        let keys = page.objects.into_iter().map(|object| object.key);
        let is_hidden =
            |key: &str| key.rsplit('/').next().is_none_or(|name| name.is_empty() || name.starts_with('.'));
        names.extend(keys.filter(|key| !is_hidden(key) && !is_readable(tree, key)));
        if names.len() >= MAX_STRANGERS {
            break;
        }
    }
    names.truncate(MAX_STRANGERS);
    names
}

/// One step down AWS's layout.
async fn expand(tree: &dyn Tree, prefix: String, window: Window) -> Result<Vec<Step>, StoreError> {
    let level = level(tree, &prefix);
    match (&level, window.days()) {
        (Level::Account { hive }, _) => {
            let below = keys::service_folders(*hive).iter();
            return Ok(below.map(|folder| Step::Descend(format!("{prefix}{folder}"))).collect());
        }
        (Level::Region { hive }, Some(days)) => {
            let below = days.into_iter().filter_map(|day| keys::day_folder(day, *hive));
            return Ok(below.map(|folder| Step::Descend(format!("{prefix}{folder}"))).collect());
        }
        (Level::Day(covered) | Level::Hour(covered), _) => {
            // Only a day that is wanted in part is worth a look at its hours, if it has any.
            let depth = match level {
                Level::Day(_) if !window.swallows(covered) => Depth::Level,
                _ => Depth::All,
            };
            return Ok(vec![Step::List(Stretch { newest: covered.start, prefix, depth })]);
        }
        (Level::Outside | Level::Foreign, _) => return Ok(Vec::new()),
        _ => {}
    }
    let page = first_pages(tree, &prefix, usize::MAX).await?;
    let below = page.folders.into_iter().filter(|folder| leads_on(tree, folder, window)).map(Step::Descend);
    let here = page.objects.iter().any(|object| is_readable(tree, &object.key)).then(|| right_in(prefix));
    Ok(below.chain(here.map(Step::List)).collect())
}

/// Whether a folder within AWS's layout is on the way to wanted objects.
fn leads_on(tree: &dyn Tree, folder: &str, window: Window) -> bool {
    let level = level(tree, folder);
    let is_ours = !matches!(level, Level::Outside | Level::Foreign);
    is_ours && level.covers().is_none_or(|covered| window.meets(covered))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::listing::MAX_FOREIGN_OBJECTS;
    use crate::memory::Memory;

    /// 2025-11-20T00:00:00Z
    const DAY: i64 = 1_763_596_800;

    fn name(stamp: &str) -> String {
        format!("123456789012_vpcflowlogs_us-east-1_fl-1_{stamp}_ab.log.gz")
    }

    fn plain(before: &str, day: &str, stamp: &str) -> String {
        format!("{before}AWSLogs/123456789012/vpcflowlogs/us-east-1/{day}/{}", name(stamp))
    }

    fn hive(day: &str, stamp: &str) -> String {
        let region = "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1";
        format!("{region}/{day}/{}", name(stamp))
    }

    async fn listed(tree: &Memory, span: Option<Range<i64>>) -> Vec<String> {
        let mut keys = Vec::new();
        let mut pages = pages(tree, span);
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            assert!(!page.is_empty());
            keys.extend(page.into_iter().map(|object| object.key));
        }
        keys
    }

    async fn sorted(tree: &Memory, span: Option<Range<i64>>) -> Vec<String> {
        let mut keys = listed(tree, span).await;
        keys.sort();
        keys
    }

    #[tokio::test]
    async fn a_range_lists_only_its_days_in_all_accounts_and_regions() {
        let wanted = plain("", "2025/11/20", "20251120T1200Z");
        let other_account = wanted.replace("123456789012", "210987654321");
        let other_region = wanted.replace("us-east-1", "eu-west-1");
        let hive_key = hive("year=2025/month=11/day=20", "20251120T1200Z");
        let tree = Memory::new(&[
            &wanted,
            &other_account,
            &other_region,
            &hive_key,
            &plain("", "2025/11/20", "20251120T0300Z"),
            &plain("", "2025/11/18", "20251118T1200Z"),
            "AWSLogs/123456789012/CloudTrail/us-east-1/2025/11/20/x.log.gz",
            "AWSLogs/123456789012/elasticloadbalancing/us-east-1/2025/11/20/y.log.gz",
        ]);
        let mut expected = vec![wanted, other_account, other_region, hive_key];
        expected.sort();
        assert_eq!(sorted(&tree, Some(DAY + 43_200..DAY + 46_800)).await, expected);
        assert!(
            !tree.asked().iter().any(|prefix| prefix.contains("2025/11/18") || prefix.contains("CloudTrail"))
        );
    }

    #[tokio::test]
    async fn the_hours_of_a_day_in_part_are_chosen() {
        for hour_key in [plain, |_: &str, day: &str, stamp: &str| hive(day, stamp)] {
            let of =
                |hour: u32, hive: bool| if hive { format!("hour={hour:02}") } else { format!("{hour:02}") };
            let is_hive = hour_key("", "x", "20251120T0000Z").contains("aws-region");
            let day = if is_hive { "year=2025/month=11/day=20" } else { "2025/11/20" };
            let keys: Vec<String> = (0..24)
                .map(|hour| {
                    hour_key("", &format!("{day}/{}", of(hour, is_hive)), &format!("20251120T{hour:02}10Z"))
                })
                .collect();
            let tree = Memory::new(&keys);
            assert_eq!(sorted(&tree, Some(DAY + 43_200..DAY + 46_800)).await, keys[12..14]);
            let hours = tree.asked().into_iter().filter(|prefix| keys::level(prefix) != Level::Root);
            let hours: Vec<_> =
                hours.filter(|prefix| matches!(keys::level(prefix), Level::Hour(_))).collect();
            assert_eq!(
                hours.len(),
                3,
                "the hour, the one before for slack, the one after for late objects: {hours:?}"
            );
        }
    }

    #[tokio::test]
    async fn everything_is_listed_without_a_range_newest_day_first() {
        let keys = [
            plain("", "2024/12/31", "20241231T1200Z"),
            plain("", "2025/11/19", "20251119T1200Z"),
            plain("", "2025/11/20", "20251120T1200Z"),
        ];
        let tree = Memory::new(&keys);
        let mut newest_first = keys.to_vec();
        newest_first.reverse();
        assert_eq!(listed(&tree, None).await, newest_first);
    }

    #[tokio::test]
    async fn a_long_range_goes_by_years_and_months() {
        let keys = [plain("", "2020/01/01", "20200101T1200Z"), plain("", "2025/11/20", "20251120T1200Z")];
        let tree = Memory::new(&keys);
        assert_eq!(sorted(&tree, Some(DAY - 300 * 86_400..DAY + 86_400)).await, keys[1..]);
        assert!(tree.asked().len() < 12, "{:?}", tree.asked());
    }

    #[tokio::test]
    async fn a_prefix_at_any_depth_finds_the_same_object() {
        let key = plain("team/logs/", "2025/11/20/12", "20251120T1200Z");
        let end_of_folders = key.rfind('/').unwrap();
        let cuts = key[..=end_of_folders].match_indices('/').map(|(at, _)| at + 1);
        for cut in std::iter::once(0).chain(cuts) {
            let tree = Memory::new(&[&key]).rooted(&key[..cut]);
            for span in [None, Some(DAY + 43_200..DAY + 46_800)] {
                assert_eq!(listed(&tree, span).await, std::slice::from_ref(&key), "{}", &key[..cut]);
            }
        }
    }

    #[tokio::test]
    async fn a_folder_is_judged_by_its_place_too() {
        let key = format!("2025/11/20/{}", name("20251120T1200Z"));
        let tree = Memory::new(&[&key]).placed("/data/AWSLogs/123456789012/vpcflowlogs/us-east-1/");
        assert_eq!(listed(&tree, Some(DAY + 43_200..DAY + 46_800)).await, [key]);
        assert!(tree.asked().iter().all(|prefix| prefix.starts_with("2025/11/20/")), "{:?}", tree.asked());
    }

    #[tokio::test]
    async fn an_organisation_level_is_passed() {
        let key = plain("", "2025/11/20", "20251120T1200Z").replace("AWSLogs/", "AWSLogs/o-abc123/");
        assert_eq!(listed(&Memory::new(&[&key]), Some(DAY + 43_200..DAY + 46_800)).await, [key]);
    }

    #[tokio::test]
    async fn a_bare_folder_is_listed_by_ending_and_stamp() {
        let near = format!("copies/{}", name("20251120T1200Z"));
        let far = format!("copies/{}", name("20251101T1200Z"));
        let tree =
            Memory::new(&[&near, &far, "copies/deep/er/export.gz", "copies/notes.md", "copies/.x.log.gz"])
                .rooted("copies/");
        let span = Some(DAY + 43_200..DAY + 46_800);
        assert_eq!(sorted(&tree, span).await, [near.clone(), "copies/deep/er/export.gz".into()]);
        assert_eq!(listed(&tree, None).await.len(), 3);
    }

    #[tokio::test]
    async fn a_prefix_may_have_any_name_and_stand_beside_awslogs() {
        for before in
            ["vpcflowlogs/", "service=vpcflowlogs/", "x/vpcflowlogs/data/", "AWSLogs-old/", "CloudTrail/"]
        {
            let key = plain(before, "2025/11/20", "20251120T1200Z");
            let usual = plain("", "2025/11/20", "20251120T1205Z");
            for span in [None, Some(DAY + 43_200..DAY + 46_800)] {
                let found = listed(&Memory::new(&[&key]), span.clone()).await;
                assert_eq!(found, std::slice::from_ref(&key), "{before}");
                let mut both = vec![usual.clone(), key.clone()];
                both.sort();
                assert_eq!(sorted(&Memory::new(&[&usual, &key]), span).await, both, "{before}");
            }
        }
    }

    #[tokio::test]
    async fn who_may_only_list_awslogs_gets_that() {
        let usual = plain("", "2025/11/20", "20251120T1200Z");
        let tree = Memory::new(&[usual.as_str(), "team/a.log.gz"]).failing("team/");
        assert_eq!(listed(&tree, None).await, [usual]);
    }

    #[tokio::test]
    async fn files_put_into_a_folder_of_awss_names_are_found() {
        for key in ["AWSLogs/a.log.gz", "vpcflowlogs/a.log.gz", "AWSLogs/123456789012/vpcflowlogs/a.log.gz"] {
            let (folder, _) = key.rsplit_once('/').unwrap();
            for root in [String::new(), format!("{folder}/")] {
                let tree = Memory::new(&[key]).rooted(&root);
                assert_eq!(listed(&tree, Some(DAY..DAY + 3_600)).await, [key], "{key} from {root:?}");
            }
        }
        let beside = ["copy.log.gz".to_owned(), plain("", "2025/11/20", "20251120T1200Z")];
        let mut all = beside.to_vec();
        all.sort();
        assert_eq!(sorted(&Memory::new(&beside), Some(DAY + 43_200..DAY + 46_800)).await, all);
    }

    #[tokio::test]
    async fn a_denied_region_leaves_the_others_listed() {
        let good = plain("", "2025/11/20", "20251120T1200Z");
        let bad = good.replace("us-east-1", "eu-west-1");
        let tree = Memory::new(&[&good, &bad]).failing("AWSLogs/123456789012/vpcflowlogs/eu-west-1/");
        let results: Vec<_> = pages(&tree, Some(DAY..DAY + 86_400)).collect().await;
        let keys: Vec<_> = results.iter().flatten().flatten().map(|object| &object.key).collect();
        assert_eq!(keys, [&good]);
        assert!(results.iter().any(|result| matches!(result, Err(StoreError::Denied { .. }))));
    }

    #[tokio::test]
    async fn a_place_without_flow_logs_is_given_up() {
        let keys: Vec<String> = (0..MAX_FOREIGN_OBJECTS).map(|n| format!("photos/{n:06}.jpg")).collect();
        let tree = Memory::new(&keys).paged(1_000);
        let results: Vec<_> = pages(&tree, None).collect().await;
        assert!(matches!(results.as_slice(), [Err(StoreError::NotFlowLogs { .. })]), "{results:?}");
    }
}
