//! A vocabulary as a table: see `src/tokens/format.rs` for the layout.

use std::cmp::Reverse;

use crate::format::{self, LAYOUT, NO_RANK, PADDING, Record, WIDE};

/// The bytes of the `.bin` file of a vocabulary; `tokens` are in the order of their ranks.
pub(crate) fn table(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut pairs = vec![NO_RANK; 65_536];
    let mut arena = Vec::new();
    let mut keyed = Vec::new();
    for (rank, token) in (0..).zip(tokens) {
        match token[..] {
            [_] => {}
            [first, second] => pairs[usize::from(u16::from_le_bytes([first, second]))] = rank,
            _ => {
                let hash = hash(token);
                let record = Record { offset: arena.len(), len: token.len(), rank, fingerprint: hash as u16 };
                assert_eq!(Record::unpack(record.pack()), record, "a field of the record is too narrow");
                keyed.push((hash, record));
                arena.extend_from_slice(token);
            }
        }
    }
    assert!((0..=255_u8).all(|byte| tokens.contains(&vec![byte])), "a byte is no token");

    // The seats are 3 % more than the tokens: fewer seats make the search for the last pilots slow.
    let buckets = keyed.len().div_ceil(4);
    let slots = keyed.len() * 100 / 97;
    let (pilots, records) = perfect_hash(&keyed, buckets, slots);

    // About ten bits for each token, with one bit set for it: some nine in ten strangers are told apart.
    let mut filter = vec![0; (keyed.len() * 10 / 8).next_power_of_two()];
    for (hash, _) in &keyed {
        let (byte, bit) = format::filter_bit(*hash, filter.len());
        filter[byte] |= bit;
    }

    let longest = tokens.iter().map(Vec::len).max().unwrap_or(0);
    let mut file = Vec::new();
    for number in [LAYOUT, filter.len(), buckets, slots, longest] {
        file.extend_from_slice(&u32::try_from(number).unwrap().to_le_bytes());
    }
    file.extend(pairs.iter().flat_map(|rank| rank.to_le_bytes()));
    file.extend_from_slice(&filter);
    file.extend(pilots.iter().flat_map(|pilot| pilot.to_le_bytes()));
    file.extend(records.iter().flat_map(|record| record.to_le_bytes()));
    file.extend_from_slice(&arena);
    file.extend_from_slice(&[0; PADDING]);
    assert!(format::has_this_layout(&file), "what was written is not what is read");
    file
}

fn hash(token: &[u8]) -> u64 {
    match token.len() {
        len if len <= WIDE => format::hash_wide(format::load(token, 0, len), len as u64),
        len => format::hash_long(token, 0, len),
    }
}

/// Hash and displace: the fullest buckets first, each takes the first pilot under which all its keys find free slots.
fn perfect_hash(keyed: &[(u64, Record)], buckets: usize, slots: usize) -> (Vec<u16>, Vec<u64>) {
    let mut members = vec![Vec::new(); buckets];
    for (hash, record) in keyed {
        members[format::bucket(*hash, buckets)].push((*hash, *record));
    }
    let mut order: Vec<usize> = (0..buckets).collect();
    // The sort is stable, so the result is the same on every machine.
    order.sort_by_key(|bucket| Reverse(members[*bucket].len()));

    let mut pilots = vec![0; buckets];
    let mut records = vec![0; slots];
    let mut seats = Vec::new();
    for bucket in order {
        let members = &members[bucket];
        let fits = |pilot: &u16, seats: &mut Vec<usize>| {
            seats.clear();
            for (hash, _) in members {
                let slot = format::slot(*hash, *pilot, slots);
                if records[slot] != 0 || seats.contains(&slot) {
                    return false;
                }
                seats.push(slot);
            }
            true
        };
        let pilot = (0..=u16::MAX).find(|pilot| fits(pilot, &mut seats)).expect("a bucket that no pilot places");
        pilots[bucket] = pilot;
        for ((_, record), slot) in members.iter().zip(&seats) {
            records[*slot] = record.pack();
        }
    }
    (pilots, records)
}
