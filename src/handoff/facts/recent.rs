//! A table of the newest entries, for records that are only ever followed by ones that are near.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

/// How many entries are kept.
pub(super) const KEPT: usize = 16_384;

/// The newest [`KEPT`] entries by key. Keys are hashes already.
#[derive(Clone, Debug)]
pub(super) struct Recent<T> {
    entries: HashMap<u64, T, BuildHasherDefault<Same>>,
    order: VecDeque<u64>,
}

impl<T> Default for Recent<T> {
    fn default() -> Recent<T> {
        Recent { entries: HashMap::default(), order: VecDeque::new() }
    }
}

impl<T: Copy> Recent<T> {
    /// Puts an entry in and gives the one that it replaces.
    pub(super) fn insert(&mut self, key: u64, value: T) -> Option<T> {
        let before = self.entries.insert(key, value);
        if before.is_none() {
            self.order.push_back(key);
            if self.order.len() > KEPT
                && let Some(oldest) = self.order.pop_front()
            {
                self.entries.remove(&oldest);
            }
        }
        before
    }

    /// The entry of this key.
    pub(super) fn get(&self, key: u64) -> Option<T> {
        self.entries.get(&key).copied()
    }

    /// Whether nothing was put in.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The entries, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, T)> {
        self.order.iter().filter_map(|key| Some((*key, self.get(*key)?)))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

/// Keys are hashes, so hashing them again would be waste.
#[derive(Clone, Debug, Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_goes_first_and_a_new_value_replaces_the_old() {
        let mut recent = Recent::default();
        assert_eq!(recent.insert(1, 10), None);
        assert_eq!(recent.insert(1, 11), Some(10));
        for key in 2..=(KEPT as u64 + 1) {
            recent.insert(key, 0);
        }
        assert_eq!((recent.get(1), recent.get(2), recent.len()), (None, Some(0), KEPT));
    }
}
