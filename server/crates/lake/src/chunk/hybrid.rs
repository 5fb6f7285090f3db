//! Parquet's hybrid of run lengths and bit-packing: runs of eight or more equal numbers as a count and a value, the rest
//! in groups of eight, each number as wide as the widest needs.
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3>

/// Numbers of a bit-packed group.
const GROUP: usize = 8;

/// Bits that hold every number up to `largest`.
pub fn width_of(largest: u32) -> u8 {
    (u32::BITS - largest.leading_zeros()) as u8
}

/// Appends `numbers`, each below `2^width`.
pub fn append(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    let (mut packed_from, mut at) = (0, 0);
    while at + GROUP <= numbers.len() {
        let first = numbers[at];
        if numbers[at..at + GROUP].iter().any(|number| *number != first) {
            at += GROUP;
            continue;
        }
        let run = GROUP + numbers[at + GROUP..].iter().take_while(|number| **number == first).count();
        append_packed(&numbers[packed_from..at], width, out);
        append_run(first, run, width, out);
        at += run;
        packed_from = at;
    }
    append_packed(&numbers[packed_from..], width, out);
}

/// Appends one number `count` times.
pub fn append_run(number: u32, count: usize, width: u8, out: &mut Vec<u8>) {
    if count > 0 {
        append_varint((count as u64) << 1, out);
        out.extend_from_slice(&number.to_le_bytes()[..usize::from(width.div_ceil(8))]);
    }
}

/// Appends bits that are packed already, as many whole groups as they have bytes.
pub fn append_bits(bits: &[u8], out: &mut Vec<u8>) {
    append_varint((bits.len() as u64) << 1 | 1, out);
    out.extend_from_slice(bits);
}

/// Appends groups of eight; the last is filled up with zeros, which only the last of a page may be.
fn append_packed(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP);
    append_varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * usize::from(width);
    out.reserve(end - out.len() + size_of::<u32>());
    let (mut word, mut bits) = (0u64, 0);
    for number in numbers {
        word |= u64::from(*number) << bits;
        bits += u32::from(width);
        if bits >= u32::BITS {
            out.extend_from_slice(&(word as u32).to_le_bytes());
            word >>= u32::BITS;
            bits -= u32::BITS;
        }
    }
    out.extend_from_slice(&(word as u32).to_le_bytes());
    out.resize(end, 0);
}

fn append_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition read backwards.
    fn read(bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let (mut at, mut numbers) = (0, Vec::new());
        let varint = |at: &mut usize| {
            let (mut number, mut shift) = (0u64, 0);
            loop {
                let byte = bytes[*at];
                *at += 1;
                number |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    return number;
                }
            }
        };
        while numbers.len() < count {
            let header = varint(&mut at);
            if header & 1 == 0 {
                let size = usize::from(width.div_ceil(8));
                let value = bytes[at..at + size].iter().rev().fold(0, |v, byte| v << 8 | u32::from(*byte));
                at += size;
                numbers.extend(std::iter::repeat_n(value, (header >> 1) as usize));
            } else {
                for n in 0..(header >> 1) as usize * 8 {
                    let bit = |b: usize| u32::from(bytes[at + b / 8] >> (b % 8) & 1);
                    let from = n * usize::from(width);
                    numbers.push((0..usize::from(width)).map(|b| bit(from + b) << b).sum());
                }
                at += (header >> 1) as usize * usize::from(width);
            }
        }
        assert_eq!(at, bytes.len());
        numbers.truncate(count);
        numbers
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            runs in prop::collection::vec((any::<u32>(), 1usize..40), 0..40),
            width in 0u8..=32,
        ) {
            let largest = 1u64.checked_shl(u32::from(width)).map_or(u32::MAX, |n| (n - 1) as u32);
            let numbers: Vec<u32> =
                runs.iter().flat_map(|(n, count)| std::iter::repeat_n(n & largest, *count)).collect();
            let mut out = Vec::new();
            append(&numbers, width, &mut out);
            prop_assert_eq!(read(&out, width, numbers.len()), numbers);
        }
    }

    #[test]
    fn widths_are_those_of_the_largest_number() {
        assert_eq!([0, 1, 2, 255, 256, u32::MAX].map(width_of), [0, 1, 2, 8, 9, 32]);
    }
}
