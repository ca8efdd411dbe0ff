# Por qué una cifra no tiene valor: los códigos de la API.
charts-undefined-isolate = sin vínculos
charts-undefined-few_neighbours = menos de dos vecinos
charts-undefined-n_too_small = muy pocas entidades
charts-undefined-no_ties = sin vínculos
charts-undefined-not_joined = sin vínculos entre ellos
charts-undefined-single_class = una sola categoría
charts-undefined-unknown_category = no consta
charts-undefined-no_variation = sin variación
charts-undefined-disconnected = no está conectado
charts-undefined-one_mode = no procede
charts-undefined-two_mode = no procede
charts-undefined-other_side = no procede
charts-undefined-unknown_weight = no consta ningún peso
charts-undefined-not_converged = sin convergencia
charts-undefined-too_large = demasiado grande para calcularlo
charts-undefined-nothing_recorded = no consta nada
charts-undefined-little_expected = se espera menos de uno
