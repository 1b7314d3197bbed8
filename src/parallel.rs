//! Work on many things at once. Starting threads costs more than a small tree is worth, so that few things are done one after
//! the other; the result is the same.

use rayon::prelude::*;

/// Fewer things than this are not worth a second thread.
const FEW: usize = 32;

/// What `f` gives for each item, in their order.
pub fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    map_of(items, items.len() < FEW, f)
}

/// [`map`], where the caller knows whether it is `little` work.
pub fn map_of<T: Sync, R: Send>(items: &[T], little: bool, f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if little { items.iter().map(f).collect() } else { items.par_iter().map(f).collect() }
}

/// Whether so many things are little work.
pub fn is_little(count: usize) -> bool {
    count < FEW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0, 1, FEW - 1, FEW, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item * 2), (0..count).map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
