//! Sums that do not depend on the order of their terms.
//!
//! Floating-point addition is not associative: the same numbers in another order give other last
//! bits. Scores must not change when nodes are renamed or threads are added, so sums are taken in
//! fixed point, where addition is exact.

/// The unit is 2⁻⁶⁰: about 10⁻¹⁸.
const SCALE: f64 = (1_u64 << 60) as f64;

/// A sum in fixed point, for numbers up to 2⁶⁶.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExactSum(i128);

impl ExactSum {
    /// Adds a number, rounded to the unit.
    pub fn add(&mut self, number: f64) {
        self.0 = self.0.saturating_add((number * SCALE) as i128);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.0 as f64 / SCALE
    }
}

impl Extend<f64> for ExactSum {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, numbers: I) {
        for number in numbers {
            self.add(number);
        }
    }
}

/// The sum of numbers, whatever their order.
pub fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = ExactSum::default();
    sum.extend(numbers);
    sum.value()
}

/// The sum of numbers, whatever their order: the smallest come first. Unlike [`sum`] it keeps all
/// digits of a single number.
pub fn rising(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.into_iter().fold(0.0, |sum, number| sum + number)
}

/// Rounds numbers to a grid so coarse that adding them in floating point is exact: for inner
/// loops, where [`ExactSum`] would cost too much.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    magic: f64,
}

impl Grid {
    /// A grid for sums that stay below `2^bits`: multiples of `2^(bits - 52)`.
    pub fn below(bits: i32) -> Self {
        // Adding 1.5 · 2^bits pushes all finer digits out of the significand.
        Self {
            magic: 1.5 * f64::powi(2.0, bits),
        }
    }

    /// The nearest number of the grid.
    #[inline(always)]
    pub fn round(self, number: f64) -> f64 {
        (number + self.magic) - self.magic
    }

    /// A number of the grid, not negative and below `2^(bits - 1)`, as so many steps of the grid.
    #[inline(always)]
    pub fn steps(self, number: f64) -> u64 {
        // The sum has the exponent of the constant, so its last digit is one step.
        (number + self.magic)
            .to_bits()
            .wrapping_sub(self.magic.to_bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_terms_changes_no_bit() {
        let numbers: Vec<f64> = (1..1_000).map(|i| 1.0 / f64::from(i)).collect();
        let forwards = sum(numbers.iter().copied());
        let backwards = sum(numbers.iter().rev().copied());
        assert_eq!(forwards.to_bits(), backwards.to_bits());
        assert!((forwards - 7.484_470_860_550_345).abs() < 1e-12);
    }

    #[test]
    fn numbers_of_a_grid_add_up_exactly() {
        let grid = Grid::below(4);
        let numbers: Vec<f64> = (1..10).map(|i| grid.round(1.0 / f64::from(i))).collect();
        let forwards: f64 = numbers.iter().sum();
        let backwards: f64 = numbers.iter().rev().sum();
        assert_eq!(forwards.to_bits(), backwards.to_bits());
        assert_eq!(
            Grid::below(3).steps(3.25),
            3.25 as u64 * (1 << 49) + (1 << 47)
        );
    }
}
