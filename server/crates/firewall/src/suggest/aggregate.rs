//! Many blocks as few: first without adding an address, then, where a budget asks for fewer, with as few added addresses
//! as any choice of that many blocks allows. Optimal by dynamic programming over the tree of common prefixes (Soldo,
//! Argyraki and Markopoulou, "Optimal Source-Based Filtering of Malicious Traffic", 2012, turned to permitting).

use crate::address::{Cidr, Family};

/// The fewest blocks that hold exactly these addresses, in order.
pub fn exact(blocks: &[Cidr]) -> Vec<Cidr> {
    let mut sorted = blocks.to_vec();
    sorted.sort_unstable();
    let mut kept: Vec<Cidr> = Vec::with_capacity(sorted.len());
    for block in sorted {
        if kept.last().is_some_and(|last| last.covers(&block)) {
            continue;
        }
        kept.push(block);
        while let [.., one, other] = kept.as_slice()
            && one.prefix() > 0
            && one != other
            && (one.family(), one.parent()) == (other.family(), other.parent())
        {
            let parent = one.parent();
            kept.truncate(kept.len() - 2);
            kept.push(parent);
        }
    }
    kept
}

/// At most `budget` blocks of each family that hold these addresses and as few others as possible.
pub fn few(blocks: &[Cidr], budget: usize) -> Vec<Cidr> {
    let exact = exact(blocks);
    let of = |family| exact.iter().copied().filter(|block| block.family() == family).collect::<Vec<_>>();
    let mut all = Vec::new();
    for family in [Family::V4, Family::V6] {
        let blocks = of(family);
        all.extend(cover(&blocks, budget, &|_| true).unwrap_or(blocks));
    }
    all
}

/// At most `budget` blocks of one family that hold all `blocks` and as few other addresses as possible, made of blocks
/// that `may_use` accepts and of those given. `None` where no such choice exists. Takes time in proportion to the number
/// of blocks times the budget squared.
pub fn cover(blocks: &[Cidr], budget: usize, may_use: &dyn Fn(&Cidr) -> bool) -> Option<Vec<Cidr>> {
    let blocks = exact(blocks);
    if blocks.is_empty() {
        return Some(Vec::new());
    }
    if blocks.len() <= budget {
        return Some(blocks);
    }
    let tree = Node::new(&blocks, budget, may_use);
    let best = (1..tree.costs.len()).min_by(|a, b| tree.costs[*a].total_cmp(&tree.costs[*b]))?;
    if !tree.costs[best].is_finite() {
        return None;
    }
    let mut chosen = Vec::with_capacity(best);
    tree.choose(best, &mut chosen);
    Some(chosen)
}

/// The cheapest cover by rules and tightness: 0 wants few rules, 1 wants few strangers. The price of a rule against
/// that of a doubling of the strangers let in is what the slider moves.
pub fn balanced(
    blocks: &[Cidr],
    budget: usize,
    tightness: f64,
    may_use: &dyn Fn(&Cidr) -> bool,
) -> Option<Vec<Cidr>> {
    let exact = exact(blocks);
    let needed: f64 = exact.iter().map(Cidr::size).sum();
    let price = |chosen: &Vec<Cidr>| {
        let strangers = (chosen.iter().map(Cidr::size).sum::<f64>() - needed).max(0.0);
        (1.0 - tightness) * chosen.len() as f64 + tightness * (1.0 + strangers).log2()
    };
    let most = budget.min(exact.len()).max(1);
    let choices = (1..=most).filter_map(|rules| cover(&exact, rules, may_use));
    choices.min_by(|a, b| price(a).total_cmp(&price(b)))
}

/// A prefix below which some of the blocks lie.
struct Node {
    block: Cidr,
    below: Option<Box<[Node; 2]>>,
    /// Addresses held when the blocks below are covered by so many blocks; the first, by none, is never chosen.
    costs: Vec<f64>,
}

impl Node {
    /// The tree over blocks that are sorted and apart.
    fn new(blocks: &[Cidr], budget: usize, may_use: &dyn Fn(&Cidr) -> bool) -> Self {
        let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
        if blocks.len() == 1 {
            return Node { block: first, below: None, costs: vec![f64::INFINITY, first.size()] };
        }
        let block = Cidr::joining(first, last);
        let half = block.size() / 2.0;
        let middle = block.first().0 + half as u128;
        let split = blocks.partition_point(|one| one.first().0 < middle);
        let below = [&blocks[..split], &blocks[split..]].map(|part| Node::new(part, budget, may_use));
        let most = budget.min(blocks.len());
        let mut costs = vec![f64::INFINITY; most + 1];
        if may_use(&block) {
            costs[1] = block.size();
        }
        let [left, right] = &below;
        for (i, a) in left.costs.iter().enumerate().skip(1) {
            for (j, b) in right.costs.iter().enumerate().skip(1).take(most.saturating_sub(i)) {
                costs[i + j] = costs[i + j].min(a + b);
            }
        }
        Node { block, below: Some(Box::new(below)), costs }
    }

    fn choose(&self, rules: usize, chosen: &mut Vec<Cidr>) {
        let Some([left, right]) = self.below.as_deref() else { return chosen.push(self.block) };
        let split = (1..rules).find(|i| {
            let (a, b) = (left.costs.get(*i), right.costs.get(rules - i));
            a.zip(b).is_some_and(|(a, b)| a + b == self.costs[rules])
        });
        match split {
            Some(i) => {
                left.choose(i, chosen);
                right.choose(rules - i, chosen);
            }
            None => chosen.push(self.block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use proptest::prelude::*;

    const BASE: u128 = 0xffff_0a00_0000;

    fn hosts(numbers: &[u8]) -> Vec<Cidr> {
        numbers.iter().map(|n| Cidr::host(Address(BASE + u128::from(*n)))).collect()
    }

    /// Every choice of so many blocks, tried.
    fn best_by_trying(hosts: &[Cidr], budget: usize) -> f64 {
        let Some(first) = hosts.first() else { return 0.0 };
        if budget == 0 {
            return f64::INFINITY;
        }
        let above = (26..=32).map(|prefix| Cidr::around(first.first(), prefix));
        let rest =
            |block: Cidr| -> Vec<Cidr> { hosts.iter().copied().filter(|host| !block.covers(host)).collect() };
        above
            .map(|block| block.size() + best_by_trying(&rest(block), budget - 1))
            .fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn no_choice_of_so_many_blocks_lets_in_fewer(
            numbers in prop::collection::btree_set(0_u8..64, 1..9), budget in 1_usize..5
        ) {
            let hosts = hosts(&numbers.into_iter().collect::<Vec<_>>());
            let chosen = cover(&hosts, budget, &|_| true).unwrap_or_default();
            prop_assert!(chosen.len() <= budget);
            prop_assert!(hosts.iter().all(|host| chosen.iter().any(|block| block.covers(host))));
            let size: f64 = chosen.iter().map(Cidr::size).sum();
            prop_assert_eq!(size, best_by_trying(&hosts, budget));
        }

        #[test]
        fn merging_exactly_adds_and_loses_nothing(numbers in prop::collection::vec(0_u8..255, 0..80)) {
            let merged = exact(&hosts(&numbers));
            for number in 0..=255_u8 {
                let address = Address(BASE + u128::from(number));
                let holds = merged.iter().filter(|block| block.contains(address)).count();
                prop_assert_eq!(holds, usize::from(numbers.contains(&number)));
            }
        }
    }

    #[test]
    fn blocks_that_may_not_be_used_are_not() {
        let hosts = hosts(&[1, 2, 200]);
        let small = |block: &Cidr| block.prefix() >= 30;
        assert_eq!(cover(&hosts, 1, &small), None);
        assert_eq!(cover(&hosts, 2, &small).map(|chosen| chosen.len()), Some(2));
    }

    #[test]
    fn the_slider_goes_from_few_rules_to_few_strangers() {
        let hosts = hosts(&[1, 9, 30, 77, 130, 180, 220]);
        let rules = |tightness| balanced(&hosts, 60, tightness, &|_| true).map_or(0, |chosen| chosen.len());
        assert_eq!((rules(0.0), rules(1.0)), (1, 7));
        assert!((1..=7).contains(&rules(0.5)));
    }

    #[test]
    fn families_are_never_mixed() {
        let v6: Cidr = "2001:db8::1".parse().unwrap_or(Cidr::ANY_V6);
        let blocks = [hosts(&[1, 2, 3]), vec![v6]].concat();
        let chosen = few(&blocks, 1);
        assert_eq!(
            chosen.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.0.0.0/30", "2001:db8::1/128"]
        );
    }
}
