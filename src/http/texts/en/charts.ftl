# Why a figure has no value: the codes of the API.
charts-undefined-isolate = no tie
charts-undefined-few_neighbours = fewer than two neighbours
charts-undefined-n_too_small = too few actors
charts-undefined-no_ties = no ties
charts-undefined-not_joined = no tie between them
charts-undefined-single_class = one category only
charts-undefined-unknown_category = not recorded
charts-undefined-no_variation = no variation
charts-undefined-disconnected = not connected
charts-undefined-one_mode = does not apply
charts-undefined-two_mode = does not apply
charts-undefined-other_side = does not apply
charts-undefined-unknown_weight = no weight recorded
charts-undefined-not_converged = did not settle
charts-undefined-too_large = too large to compute
charts-undefined-nothing_recorded = nothing recorded
charts-undefined-little_expected = less than one expected
