//! Bad objects are named and left out; everything else keeps working.

use crate::logs::{DAY, HEADER, Place, records, view};
use contract::{Count, Dimension, Measure, RefusalKind, Stage, View};
use lake::{Direct, LakeError};
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn bad_objects_are_named_and_the_rest_is_served() {
    let place = Place::new();
    let all = records(12, 300, 1);
    place.put_records(&all);
    place.put(DAY, 0xe000_0000, b"");
    place.put(DAY, 0xe000_0001, &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]);
    place.put(DAY, 0xe000_0002, b"these are\nnot flow logs\n");
    let line = "x".repeat(3 << 20);
    place.put(DAY, 0xe000_0003, format!("{HEADER}\n{line}\n{}", all[0].line()).as_bytes());
    let lake = place.ingested().await;
    let status = &lake.progress().sources[0];
    assert_eq!((status.stage, status.failed_objects), (Stage::Idle, 3), "{:?}", status.failed);
    let why =
        |hash: &str| status.failed.iter().find(|f| f.object.contains(hash)).map(|f| f.why.clone()).unwrap();
    assert!(why("e0000000").contains("empty"), "{}", why("e0000000"));
    assert!(why("e0000002").contains("none of its 2 lines"), "{}", why("e0000002"));
    let asked = View { measure: Measure::Flows, split: Dimension::None, ..view(-3_600, 7_200, "") };
    let timeline = lake.timeline(&asked, DAY).await.unwrap();
    assert_eq!(timeline.series[0].total, 301);
    assert_eq!(timeline.provenance.set_aside, 1);
    let direct = Direct::new(vec![place.source().await]);
    let read = direct.timeline(&asked, DAY).await.unwrap();
    assert_eq!((read.series[0].total, read.provenance.set_aside), (301, 1));
    assert_eq!(direct.take_unread().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_object_is_read_once_it_is_replaced() {
    let place = Place::new();
    let all = records(13, 20, 1);
    place.put(DAY, 5, b"");
    let lake = place.ingested().await;
    assert_eq!(lake.progress().sources[0].objects_stored, 0);
    let text: String = all.iter().map(crate::logs::Record::line).collect();
    place.put(DAY, 5, format!("{HEADER}\n{text}").as_bytes());
    let report = lake.ingest(&place.source().await, None).await.unwrap();
    assert_eq!((report.objects, report.records), (1, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_without_a_header_line_are_read_once_their_format_is_given() {
    let place = Place::new();
    place.put(DAY, 1, b"eni-1 10.0.0.1 10.0.0.2 443 6 1795132810 1795132820 77 ACCEPT\n");
    let feed = place.source().await;
    let lake = lake::Lake::open(&place.data(), lake::Mode::Write).unwrap();
    let report = lake.ingest(&feed, None).await.unwrap();
    assert_eq!((report.objects, report.failed), (0, 1));
    let why = lake.progress().sources[0].failed[0].why.clone();
    assert!(why.contains("9 values") && why.contains("--record-format"), "{why}");
    drop(lake);

    let format =
        "${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${protocol} ${start} ${end} ${bytes} ${action}";
    let told = lake::Feed { format: Some(flowlog::Format::parse(format).unwrap()), ..feed };
    let lake = lake::Lake::open(&place.data(), lake::Mode::Write).unwrap();
    assert_eq!(lake.ingest(&told, None).await.unwrap().records, 1, "it is tried again");
    assert_eq!(lake.ingest(&told, None).await.unwrap().objects, 0, "and read once");
    let asked = view(-3_600, 7_200, "dstport = 443");
    let direct = Direct::new(vec![told]);
    let bytes = |timeline: &contract::Timeline| timeline.series.iter().map(|s| s.total).sum::<u64>();
    assert_eq!(bytes(&lake.timeline(&asked, DAY).await.unwrap()), 77);
    assert_eq!(bytes(&direct.timeline(&asked, DAY).await.unwrap()), 77);
    let lines = direct.coverage(&asked, DAY + 86_400).await.unwrap().delivered.lines;
    assert_eq!((lines.records, lines.set_aside), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_or_forbidden_disk_is_told_and_nothing_is_half_stored() {
    let place = Place::new();
    place.put_records(&records(14, 20, 1));
    let lake = lake::Lake::open(&place.data(), lake::Mode::Write).unwrap();
    // A file where a folder must be stands for a disk that refuses: permissions do not bind root.
    fs::write(place.data().join("records"), b"in the way").unwrap();
    let error = lake.ingest(&place.source().await, None).await.unwrap_err();
    assert!(matches!(error, LakeError::Disk { .. }), "{error:?}");
    assert_eq!(lake.progress().sources[0].stage, Stage::Refused);
    fs::remove_file(place.data().join("records")).unwrap();
    let report = lake.ingest(&place.source().await, None).await.unwrap();
    assert_eq!(report.records, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_format_lacks_is_refused_and_not_answered_with_zero() {
    let place = Place::new();
    place.put(
        DAY,
        1,
        b"interface-id srcaddr dstaddr start end\neni-1 10.0.0.1 10.0.0.2 1795132810 1795132820\n",
    );
    let lake = place.ingested().await;
    let refused = |error: LakeError| error.refusal().kind;
    let bytes = lake.timeline(&view(0, 3_600, ""), DAY).await.unwrap_err();
    assert_eq!(refused(bytes), RefusalKind::Unanswerable);
    let flags = View { measure: Measure::Flows, ..view(0, 3_600, "tcp-flags = 2") };
    assert_eq!(refused(lake.timeline(&flags, DAY).await.unwrap_err()), RefusalKind::Unanswerable);
    let flows = View { measure: Measure::Flows, ..view(0, 3_600, "") };
    assert_eq!(lake.timeline(&flows, DAY).await.unwrap().series[0].total, 1);
    let direct = Direct::new(vec![place.source().await]);
    let bytes = direct.timeline(&view(0, 3_600, ""), DAY).await.unwrap_err().refusal();
    assert!(bytes.message.ends_with("has the field bytes; ask for flows instead."), "{}", bytes.message);
    assert_eq!(refused(direct.top(&view(0, 3_600, ""), DAY).await.unwrap_err()), RefusalKind::Unanswerable);
    assert_eq!(direct.timeline(&flows, DAY).await.unwrap().series[0].total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_objects_counts_no_line_that_was_set_aside() {
    let place = Place::new();
    let good = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 1795132810 1795132820 ACCEPT OK\n";
    let text =
        [good, &good.replace("10.0.0.1", "10.0.0.999"), &good.replace(" 3 4 ", " -3 4 "), good].concat();
    place.put(DAY, 1, text.as_bytes());
    let direct = Direct::new(vec![place.source().await]);
    let page = direct.records(&view(0, 3_600, ""), DAY).await.unwrap();
    assert_eq!((page.total, page.offset, page.rows.len()), (2, 0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_through_a_transit_gateway_counts_once_when_asked_to() {
    let place = Place::new();
    let header =
        "tgw-id tgw-attachment-id tgw-pair-attachment-id srcaddr dstaddr bytes start end flow-direction";
    let record = "10.0.0.1 10.0.1.1 5 1795132810 1795132820";
    place.put(
        DAY,
        1,
        format!("{header}\ntgw-1 at-1 at-2 {record} ingress\ntgw-1 at-2 at-1 {record} egress\n").as_bytes(),
    );
    let once = View { count: Count::Once, ..view(0, 3_600, "") };
    let direct = Direct::new(vec![place.source().await]);
    let lake = place.ingested().await;
    let (read, stored) = (direct.summary(&once, DAY).await.unwrap(), lake.summary(&once, DAY).await.unwrap());
    assert_eq!([(read.flows, read.bytes), (stored.flows, stored.bytes)], [(1, 5); 2]);
    assert_eq!(lake.summary(&view(0, 3_600, ""), DAY).await.unwrap().flows, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversed_range_is_refused() {
    let place = Place::new();
    place.put_records(&records(15, 5, 1));
    let lake = place.ingested().await;
    let error = lake.timeline(&view(7_200, 3_600, ""), DAY).await.unwrap_err();
    assert_eq!(error.refusal().kind, RefusalKind::BadQuestion);
}
