//! Boxes side by side on a page of a given shape.

/// Puts boxes (width, height) onto a page, each where its upper edge is highest, the leftmost of
/// such places (the skyline of Burke, Kendall and Whitwell 2004,
/// <https://doi.org/10.1287/opre.1040.0109>, filled in the order that is given). `alone` squares
/// of side `stride` are to stand below them.
///
/// Answers the upper left corners, counted downwards, the width of the page and the height that
/// the boxes take.
///
/// Complexity: O(n · s), s the steps of the skyline.
pub(super) fn packed(
    boxes: &[[f64; 2]],
    alone: usize,
    stride: f64,
    aspect: f64,
) -> (Vec<[f64; 2]>, f64, f64) {
    let area: f64 = boxes.iter().map(|[width, height]| width * height).sum();
    let area = area + alone as f64 * stride * stride;
    let widest = boxes.iter().map(|[width, _]| *width).fold(stride, f64::max);
    let width = (area * aspect).sqrt().max(widest);
    // Steps of the skyline: where each begins and how far down it is; the last ends at the width.
    let mut steps: Vec<[f64; 2]> = vec![[0.0, 0.0]];
    let mut corners = Vec::with_capacity(boxes.len());
    let mut height = 0.0_f64;
    for [wide, high] in boxes {
        let mut best = [f64::INFINITY, f64::INFINITY];
        for (position, [left, _]) in steps.iter().enumerate() {
            // A box as wide as the page fits, whatever the rounding.
            if *left > 0.0 && left + wide > width {
                break;
            }
            let under = steps[position..]
                .iter()
                .take_while(|step| step[0] < left + wide)
                .map(|step| step[1])
                .fold(0.0, f64::max);
            if under < best[1] {
                best = [*left, under];
            }
        }
        let [left, top] = best;
        let (right, bottom) = (left + wide, top + high);
        let after = steps
            .iter()
            .rev()
            .find(|step| step[0] <= right)
            .map_or(0.0, |step| step[1]);
        let ends_on_a_step = steps.iter().any(|step| step[0] == right);
        let mut next: Vec<[f64; 2]> = steps
            .iter()
            .copied()
            .filter(|step| step[0] < left || step[0] >= right)
            .collect();
        let at = next.partition_point(|step| step[0] < left);
        next.insert(at, [left, bottom]);
        if !ends_on_a_step && right < width {
            next.insert(at + 1, [right, after]);
        }
        steps = next;
        corners.push([left, top]);
        height = height.max(bottom);
    }
    (corners, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_fill_the_page_without_overlap() {
        let boxes: Vec<[f64; 2]> = (0..60)
            .map(|n| [1.0 + f64::from(n % 7), 1.0 + f64::from(n % 4)])
            .collect();
        let (corners, width, height) = packed(&boxes, 0, 1.0, 1.6);
        let area: f64 = boxes.iter().map(|[w, h]| w * h).sum();
        assert!(width * height < area * 1.5, "{width} · {height} for {area}");
        for (i, (a, [aw, ah])) in corners.iter().zip(&boxes).enumerate() {
            assert!(a[0] + aw <= width + 1e-9 && a[1] + ah <= height + 1e-9);
            for (b, [bw, bh]) in corners[..i].iter().zip(&boxes) {
                let apart = a[0] + aw <= b[0]
                    || b[0] + bw <= a[0]
                    || a[1] + ah <= b[1]
                    || b[1] + bh <= a[1];
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_page_without_boxes_has_room_for_those_alone() {
        let (corners, width, height) = packed(&[], 10, 1.0, 1.6);
        assert!(corners.is_empty());
        assert_eq!((width, height), (4.0, 0.0));
    }
}
