# El panel de integración.
integration-title = Panel de integración
integration-lead = Cómo se articulan los servicios y las organizaciones: entre sectores de la política social (integración horizontal) y entre niveles de responsabilidad (integración vertical). Qué cabría esperar y no se encuentra, qué depende de una sola organización y hasta qué punto puede confiarse en cada cifra.

# Elección.
integration-form = Elija de qué trata el panel
integration-filter-place = Territorio
integration-filter-dataset = Conjunto de datos
integration-filter-sector = Sector
integration-filter-level = Nivel de responsabilidad
integration-filter-sphere = Esfera
integration-filter-role = Papel
integration-filter-since = Vigente todavía en esta fecha o después
integration-filter-until = Vigente ya en esta fecha o antes
integration-filter-groups = Contar como entidades los grupos de organizaciones (por ejemplo, «todos los municipios»)
integration-filter-contextual = Contar los papeles que solo dan marco a un caso o lo documentan
integration-all-place = Todos los territorios
integration-all-dataset = Todos los conjuntos de datos
integration-all-sector = Todos los sectores
integration-all-level = Todos los niveles
integration-all-sphere = Todas las esferas
integration-all-role = Todos los papeles
integration-time-hint = Un año (2010), un mes (2010-05) o un día (2010-05-17). Si se elige un tiempo, lo que no tiene fecha queda fuera y se cuenta más abajo.
integration-more-filters = Más filtros: sector, nivel, esfera, papel, qué vínculos cuentan
integration-show = Mostrar
integration-reset = Mostrar todo
integration-yes = sí
integration-chosen = Filtros activos
integration-without = Quitar el filtro: { $name }

# Base.
integration-basis = En qué se basa
integration-all-data = Todos los datos, sin filtros.
integration-fact-actors = entidades con algún vínculo o que participan en algún servicio
integration-fact-pairs = pares de ellas que trabajan juntas
integration-fact-sectors = sectores presentes
integration-fact-levels = niveles de responsabilidad presentes
integration-fact-sector-known = tienen un sector registrado
integration-fact-level-known = tienen un nivel registrado
integration-fact-known = { $known } de { $all }
integration-left-out = Queda fuera:
integration-left-groups =
    { $n ->
        [one] { $number } entidad que representa a un grupo de organizaciones
       *[other] { $number } entidades que representan a grupos de organizaciones
    }
integration-left-contextual =
    { $n ->
        [one] { $number } participación que solo da marco a un caso o lo documenta
       *[other] { $number } participaciones que solo dan marco a un caso o lo documentan
    }
integration-left-undated =
    { $n ->
        [one] { $number } afirmación sin fecha
       *[other] { $number } afirmaciones sin fecha
    }
integration-left-filtered =
    { $n ->
        [one] { $number } entidad ajena a los filtros
       *[other] { $number } entidades ajenas a los filtros
    }
integration-open-world = Que algo no conste no significa que no exista.
integration-to-partners = Aportar datos
integration-to-help = Qué significan las cifras

integration-brief = En resumen
integration-detail = Detalles
integration-contents = Partes del panel
integration-definition = Qué significa
integration-definition-of = Qué significa: { $title }
integration-measure = Los colores y los números muestran
integration-keys = Leyenda
integration-table = Las cifras en una tabla
integration-csv = CSV
integration-json = JSON
integration-csv-horizontal-reach = CSV: sectores de cada caso
integration-csv-vertical-reach = CSV: niveles de cada caso
integration-query = Consulta SPARQL
integration-query-ties = Consulta SPARQL: qué vínculos cuentan
integration-table-rest = Se muestran { $shownText } de { $allText } filas; los archivos las contienen todas.
integration-heatmap-rest = El gráfico muestra los { $shownText } con más vínculos de un total de { $allText }; los archivos los contienen todos.
integration-of = { $part } de { $whole }
integration-all = Total
integration-not-recorded = No consta
integration-not-stated = no consta
integration-pairs =
    { $n ->
        [one] { $nText } par
       *[other] { $nText } pares
    }
js-integration-keys-hint = Use las teclas de flecha para leer el gráfico marca por marca; Escape cierra este aviso.

# Grupos.
integration-group-ties = Dentro y a través
integration-group-sectors = Entre sectores
integration-group-levels = Entre niveles de responsabilidad
integration-group-actors = Organizaciones de las que depende mucho
integration-group-ladders = La integración según quienes la valoran
integration-group-record = Formalización, pruebas y alcance

# Clases de vínculos y de casos.
integration-kind-neither = Dentro de un sector y un nivel
integration-kind-horizontal = Solo horizontal: entre sectores, mismo nivel
integration-kind-vertical = Solo vertical: entre niveles, mismo sector
integration-kind-both = Ambas: entre sectores y entre niveles
integration-row-cases = Servicios e innovaciones: lo que unen sus participantes ({ $knownText })
integration-row-ties = Vínculos entre dos entidades, según constan ({ $knownText })
integration-row-expected = Vínculos entre dos entidades, si sectores y niveles se hubieran repartido al azar

integration-four-way = Horizontal, vertical, ambas o ninguna
integration-four-way-meaning = Cada vínculo, y cada servicio o innovación, se queda dentro de un sector y un nivel de responsabilidad, o cruza sectores, niveles o ambos. La tercera barra muestra lo que daría el azar con las mismas entidades y el mismo número de vínculos.
integration-four-way-caption = Vínculos por clase ({ $tiesText } con ambos extremos conocidos, { $unknownText } desconocidos, { $permutationsText } permutaciones)
integration-cases-caption = Servicios e innovaciones por clase ({ $knownText } conocidos, { $unknownText } desconocidos)
integration-read-cases =
    { $unknown ->
        [0] De { $knownText } servicios e innovaciones, { $sectorsText } unen dos o más sectores, { $levelsText } unen dos o más niveles de responsabilidad y { $bothText } hacen ambas cosas.
       *[other] De los { $knownText } servicios e innovaciones de los que constan un sector y un nivel ({ $allText } en total), { $sectorsText } unen dos o más sectores, { $levelsText } unen dos o más niveles de responsabilidad y { $bothText } hacen ambas cosas.
    }
integration-read-ties = De { $tiesText } vínculos entre entidades de sector y nivel conocidos, el { $horizontal } cruza sectores en un mismo nivel, el { $vertical } cruza niveles en un mismo sector, el { $both } cruza ambos y el { $same } queda dentro de un sector y un nivel.
integration-read-more = Más de lo que daría el azar (registrado / esperado): { $kinds }.
integration-read-less = Menos de lo que daría el azar (registrado / esperado): { $kinds }.
integration-read-no-difference = Ninguna de las cuatro clases difiere claramente de lo que daría el azar.
integration-few-ties = Con { $nText } vínculos, los porcentajes describen lo registrado; son demasiado pocos para hablar de una pauta.
integration-few-cases = Con { $nText } casos, cada uno altera mucho los porcentajes; léanse como recuentos.
integration-chance-more = más que por azar
integration-chance-less = menos que por azar
integration-chance-even = puede ser azar
integration-chance-untested = sin contrastar

integration-openness = Apertura de sectores, niveles y esferas
integration-openness-meaning = Proporción de vínculos que salen de su propio sector, nivel o esfera. El índice E-I va de −1 (todos los vínculos dentro) a 1 (todos fuera); el reescalado tiene en cuenta el tamaño de los grupos. La diversidad va de 0 (todas las entidades en un grupo) a 1 (reparto uniforme).
integration-openness-caption = Vínculos que salen de su propio grupo
integration-of-sector = Sector
integration-of-level = Nivel de responsabilidad
integration-of-sphere = Esfera
integration-read-across-sector = El { $share } de { $knownText } vínculos sale de su sector.
integration-read-across-level = El { $share } de { $knownText } vínculos sale de su nivel de responsabilidad.
integration-read-across-sphere = El { $share } de { $knownText } vínculos sale de su esfera.

# Quién está vinculado con quién.
integration-mixing-sector = Qué sectores trabajan con cuáles
integration-mixing-sector-meaning = Cada celda compara los vínculos registrados entre dos sectores con los que cabría esperar si los vínculos no distinguieran sectores, entre entidades que tienen vínculos. 2 significa el doble; 0,5, la mitad. Una entidad de varios sectores cuenta en cada uno por partes iguales.
integration-mixing-level = Qué niveles trabajan con cuáles
integration-mixing-level-meaning = Cada celda compara los vínculos registrados entre dos niveles de responsabilidad con los que cabría esperar si los vínculos no distinguieran niveles, entre entidades que tienen vínculos. 2 significa el doble; 0,5, la mitad.
integration-mixing-sector-caption = Pares de sectores ({ $tiesText } vínculos conocidos, { $unknownText } desconocidos, { $permutationsText } permutaciones)
integration-mixing-level-caption = Pares de niveles ({ $tiesText } vínculos conocidos, { $unknownText } desconocidos, { $permutationsText } permutaciones)
integration-measure-ratio = registrado frente a esperado
integration-measure-ties = vínculos registrados
integration-measure-expected = vínculos esperados
integration-key-under-4 = la cuarta parte de lo esperado, o menos
integration-key-under-2 = cerca de la mitad
integration-key-even = lo esperado, aproximadamente
integration-key-over-2 = cerca del doble
integration-key-over-4 = cuatro veces, o más
integration-key-few = se espera menos de un vínculo: sin razón
integration-key-none = no hay dos entidades con vínculos que pudieran encontrarse
integration-key-missing = puente que falta: ningún vínculo, claramente menos que por azar
integration-read-pairs-sector = { $tiedText } de { $allText } pares de sectores tienen al menos un vínculo registrado.
integration-read-pairs-level = { $tiedText } de { $allText } pares de niveles tienen al menos un vínculo registrado.
integration-read-pair = { $pair }: { $ties } registrados, { $expected } esperados
integration-read-over = Lo que más supera lo esperado: { $pairs }.
integration-read-under = Lo que más queda por debajo: { $pairs }.
integration-cell = { $pair }: { $ties } vínculos registrados, { $expected } esperados, razón { $ratio }
integration-cell-missing = { $pair }: { $ties } vínculos registrados, { $expected } esperados, razón { $ratio }. Puente que falta: ningún vínculo, claramente menos que por azar
integration-cell-impossible = { $pair }: no hay dos entidades con vínculos que pudieran encontrarse

integration-missing-sector = Puentes que faltan entre sectores
integration-missing-sector-meaning = Pares de sectores con menos vínculos de los que cabría esperar entre entidades que tienen alguno. Se considera que falta un puente si no hay ningún vínculo, cabría esperar al menos uno y el azar difícilmente daría ninguno (probabilidad corregida por el número de pares, del 5 % como máximo). No se comparan conjuntos de datos que nada une.
integration-missing-level = Puentes que faltan entre niveles
integration-missing-level-meaning = Pares de niveles con menos vínculos de los que cabría esperar entre entidades que tienen alguno. Se considera que falta un puente si no hay ningún vínculo, cabría esperar al menos uno y el azar difícilmente daría ninguno (probabilidad corregida por el número de pares, del 5 % como máximo). No se comparan conjuntos de datos que nada une.
integration-missing-caption =
    { $n ->
        [one] { $nText } par con menos vínculos de los esperados
       *[other] { $nText } pares con menos vínculos de los esperados
    }
integration-missing-yes = falta
integration-missing-no = menos, puede ser azar
integration-key-observed = vínculos registrados
integration-key-expected = vínculos esperados
integration-read-missing-sector =
    { $n ->
        [one] Falta un puente entre un par de sectores: { $pairs }.
       *[other] Faltan puentes entre { $nText } pares de sectores: { $pairs }.
    }
integration-read-missing-level =
    { $n ->
        [one] Falta un puente entre un par de niveles: { $pairs }.
       *[other] Faltan puentes entre { $nText } pares de niveles: { $pairs }.
    }
integration-read-none-missing-sector =
    { $fewer ->
        [0] Ningún par de sectores tiene claramente menos vínculos de los esperados.
        [one] No queda demostrado que falte ningún puente entre sectores: un par tiene menos vínculos de los esperados, pero puede ser azar.
       *[other] No queda demostrado que falte ningún puente entre sectores: { $fewerText } pares tienen menos vínculos de los esperados, pero puede ser azar.
    }
integration-read-none-missing-level =
    { $fewer ->
        [0] Ningún par de niveles tiene claramente menos vínculos de los esperados.
        [one] No queda demostrado que falte ningún puente entre niveles: un par tiene menos vínculos de los esperados, pero puede ser azar.
       *[other] No queda demostrado que falte ningún puente entre niveles: { $fewerText } pares tienen menos vínculos de los esperados, pero puede ser azar.
    }
integration-read-silent-sector =
    { $n ->
        [one] Un par de sectores no tiene ningún vínculo registrado, aunque cabría esperar al menos uno.
       *[other] { $nText } pares de sectores no tienen ningún vínculo registrado, aunque cabría esperar al menos uno.
    }
integration-read-silent-level =
    { $n ->
        [one] Un par de niveles no tiene ningún vínculo registrado, aunque cabría esperar al menos uno.
       *[other] { $nText } pares de niveles no tienen ningún vínculo registrado, aunque cabría esperar al menos uno.
    }
integration-read-not-tested = Aquí no había nada que contrastar.
integration-read-absence = Un vínculo que nadie ha registrado puede existir.

# Qué depende de una sola entidad.
integration-dependence-sector = De quién dependen los puentes entre sectores
integration-dependence-sector-meaning = Para cada par de sectores, la entidad que participa en la mayor parte de los vínculos entre ambos. Si ella sola mantiene unido el par, sin ella nada registrado uniría los dos sectores.
integration-dependence-level = De quién dependen los puentes entre niveles
integration-dependence-level-meaning = Para cada par de niveles de responsabilidad, la entidad que participa en la mayor parte de los vínculos entre ambos. Si ella sola mantiene unido el par, sin ella nada registrado uniría los dos niveles.
integration-dependence-sector-caption =
    { $n ->
        [one] { $nText } par de sectores unido, y la entidad de la que más depende
       *[other] { $nText } pares de sectores unidos, y la entidad de la que más depende cada uno
    }
integration-dependence-level-caption =
    { $n ->
        [one] { $nText } par de niveles unido, y la entidad de la que más depende
       *[other] { $nText } pares de niveles unidos, y la entidad de la que más depende cada uno
    }
integration-read-dependence-sector =
    { $cut ->
        [0] { $joinedText } de { $allText } pares de sectores están unidos, por vínculos o por entidades presentes en ambos. Ninguno depende de una sola entidad.
        [one] { $joinedText } de { $allText } pares de sectores están unidos, por vínculos o por entidades presentes en ambos. Uno de ellos depende de una sola entidad.
       *[other] { $joinedText } de { $allText } pares de sectores están unidos, por vínculos o por entidades presentes en ambos. { $cutText } de ellos dependen de una sola entidad.
    }
integration-read-dependence-level =
    { $cut ->
        [0] { $joinedText } de { $allText } pares de niveles están unidos, por vínculos o por entidades presentes en ambos. Ninguno depende de una sola entidad.
        [one] { $joinedText } de { $allText } pares de niveles están unidos, por vínculos o por entidades presentes en ambos. Uno de ellos depende de una sola entidad.
       *[other] { $joinedText } de { $allText } pares de niveles están unidos, por vínculos o por entidades presentes en ambos. { $cutText } de ellos dependen de una sola entidad.
    }
integration-read-strongest = Entre los demás, { $pair } es el que más se apoya en { $actor }: { $share } de { $tiesText } vínculos; quedarían { $leftText }.
integration-key-cut = sin esta entidad, nada registrado une el par
integration-bar-cut = { $pair }: { $actor } participa en { $touchesText } de { $tiesText } vínculos. Sin ella, nada registrado une ambos
integration-bar-dependence = { $pair }: { $actor } participa en { $touchesText } de { $tiesText } vínculos; sin ella quedan { $leftText }
integration-cut-yes = sí
integration-cut-no = no

integration-key-actors = Qué pérdida separaría más
integration-key-actors-meaning = Una tras otra, las entidades cuya desaparición separa más pares de sectores, cada una después de que falten las anteriores. La segunda tabla hace lo mismo con la red en su conjunto: qué proporción de pares de entidades dejaría de poder alcanzarse.
integration-key-actors-caption = Entidades según los pares de sectores que sin ellas nada une
integration-key-players-caption = Entidades según cuánto se fragmenta la red sin ellas
integration-read-key-actor = Sin { $actor }, { $cutText } de { $carriedText } pares de sectores unidos se quedan sin ningún vínculo registrado: { $pairs }.
integration-read-no-key-actor = Ninguna entidad mantiene unido por sí sola un par de sectores.
integration-read-key-player = Sin { $actor }, la proporción de pares de entidades que no pueden alcanzarse pasa de { $before } a { $after }.

integration-providers = Servicios que dependen de un solo prestador
integration-providers-meaning = De los servicios e innovaciones de cada sector, cuántos tienen exactamente un prestador o participante registrado. La concentración va de casi 0 (muchos prestan por igual) a 1 (uno lo presta todo).
integration-providers-caption = Servicios y sus prestadores, por sector
integration-read-fragile = El más expuesto es { $sector }: { $fragileText } de { $servicesText } servicios e innovaciones tienen un solo prestador registrado.
integration-read-none-fragile = Todos los servicios e innovaciones de sector conocido tienen al menos dos participantes registrados.

integration-chains = Cadenas del nivel local al estatal
integration-chains-meaning = Para cada servicio o innovación local, si sus participantes están vinculados, paso a paso, con el nivel regional y el estatal. Un peldaño que falta puede ser solo un dato sin registrar.
integration-chains-caption = Servicios e innovaciones locales con su mejor cadena
integration-read-chains = { $unbrokenText } de { $knownText } servicios e innovaciones locales tienen una cadena sin interrupciones del nivel local al estatal. El peldaño regional falta en { $regionalText }; el estatal, en { $nationalText }.

# Lo que se valora.
integration-ladders = La integración que hay y la que debería haber
integration-ladders-meaning = Valoraciones del grado de integración de dos partes, en una escala como HSIM o la de Ahgren y Axelsson, junto al peldaño que sería el mejor. Más no siempre es mejor: una diferencia negativa significa más integración de la que la tarea necesita. Las escalas no se mezclan.
integration-ladder-caption = { $ladder }: peldaño actual y mejor peldaño
integration-ladders-caption = Cifras de cada escala
integration-read-ladder = { $ladder }: { $judgedText } valoraciones indican el peldaño actual y el mejor; de media faltan { $gap } peldaños. En { $overText } la integración va más allá de lo necesario.
integration-read-ladder-no-optimum = { $ladder }: { $nText } valoraciones, ninguna con el peldaño que sería el mejor.
integration-judged = { $parties }: ahora { $actual }; lo mejor sería { $optimum }
integration-key-actual = peldaño actual
integration-key-optimum = mejor peldaño
integration-common-scale = Todas en una escala de 0 a 4

# Afirmaciones.
integration-figures = Otras cifras
integration-figures-meaning = Lo que dicen las afirmaciones sobre servicios, innovaciones y entidades. Cada nombre abre las filas que cuenta su cifra.
integration-figures-caption = Otras cifras
integration-read-multi-sector = { $partText } de { $wholeText } entidades de sector conocido trabajan en dos o más sectores; de { $unknownText } entidades no consta el sector.
integration-not-filtered = No puede restringirse así
integration-not-filtered-how = Quite el filtro por papel o por lo que cuenta para verla.
integration-formalisation = Vínculos formalizados
integration-formalisation-meaning = Proporción de vínculos registrados que tienen un instrumento, como un contrato, un protocolo, una acreditación o una afiliación. Que un vínculo no lo tenga no significa que sea informal: la proporción es un mínimo.
integration-read-formalisation = { $partText } de { $wholeText } vínculos tienen un instrumento registrado ({ $share }).
integration-evidence-two-sources = Pruebas de dos fuentes
integration-evidence-two-sources-meaning = Proporción de afirmaciones respaldadas por dos o más fuentes distintas. Las demás se apoyan en una sola fuente o no indican ninguna.
integration-read-evidence-two-sources = { $partText } de { $wholeText } afirmaciones están respaldadas por dos o más fuentes ({ $share }); las demás se apoyan en una o no indican ninguna.
integration-empty-fields = Campos vacíos
integration-empty-fields-meaning = Proporción de los campos que se esperan de cada entidad (nombre, esfera, nivel, sector, lugar, tipo) que están vacíos. Cuantos más haya, menos puede confiarse en las demás cifras.
integration-read-empty-fields = { $partText } de { $wholeText } campos de las entidades están vacíos ({ $share }).
integration-conflict-rate = Afirmaciones en conflicto
integration-conflict-rate-meaning = Proporción de afirmaciones de las que consta que contradicen a otra. Se conservan ambas. Es un mínimo: los conflictos que nadie anotó no se ven.
integration-funding-concentration = Concentración de la financiación
integration-funding-concentration-meaning = Hasta qué punto el dinero de un caso procede de un solo pagador: 1 si procede de uno solo, casi 0 si procede de muchos por igual. Solo se comparan importes en la misma unidad.
integration-funding-levels = Niveles que financian un caso
integration-funding-levels-meaning = De cuántos niveles de responsabilidad proceden, de media, quienes financian un servicio o una innovación.
integration-funding-spheres = Esferas que financian un caso
integration-funding-spheres-meaning = De cuántas esferas (pública, comunitaria, tercer sector, privada) proceden, de media, quienes financian un caso.
integration-horizontal-reach = Alcance horizontal
integration-horizontal-reach-meaning = Cuántos sectores confluyen, de media, en un servicio o innovación: los propios y los de sus participantes. Es un mínimo.
integration-vertical-reach = Alcance vertical
integration-vertical-reach-meaning = Cuántos niveles de responsabilidad confluyen, de media, en un servicio o innovación. Es un mínimo.
integration-level-chain = Cadena más larga de niveles contiguos
integration-level-chain-meaning = Cuántos niveles se suceden sin interrupción, de media, entre los participantes de un caso.
integration-hybridity = Organizaciones híbridas
integration-hybridity-meaning = Proporción de entidades que pertenecen a dos o más esferas, o que constan como híbridas.
integration-multi-sector-actors = Entidades en varios sectores
integration-multi-sector-actors-meaning = Proporción de entidades que trabajan en dos o más sectores y pueden, así, mantenerlos unidos.
integration-sector-conflicts = Sectores en discusión
integration-sector-conflicts-meaning = Proporción de elementos con dos o más afirmaciones sobre su sector cuyas afirmaciones difieren.
integration-sphere-mix = Combinación de esferas
integration-sphere-mix-meaning = Proporción de casos cuyos participantes proceden de al menos dos de las esferas pública, comunitaria, tercer sector y privada.

# Lo que se sabe.
integration-cover-cases = Pueden valorarse { $knownText } de { $allText } servicios e innovaciones ({ $share }); de { $unknownText } no consta ningún sector o ningún nivel.
integration-cover-ties = En { $knownText } de { $allText } vínculos constan el sector y el nivel de ambos extremos ({ $share }); { $unknownText } son desconocidos.
integration-cover-sector = En { $knownText } de { $allText } vínculos constan los sectores de ambos extremos ({ $share }); { $unknownText } son desconocidos.
integration-cover-level = En { $knownText } de { $allText } vínculos constan los niveles de ambos extremos ({ $share }); { $unknownText } son desconocidos.
integration-cover-chains = Pueden valorarse { $knownText } de { $allText } casos locales ({ $share }); { $unknownText } no tienen ningún participante de nivel conocido.
integration-cover-ladders = { $knownText } de { $allText } valoraciones indican ambos peldaños ({ $share }); { $unknownText } no.
integration-cover-statements = Pudieron contarse { $knownText } de { $allText } ({ $share }); { $unknownText } son desconocidos.

# Columnas.
integration-col-kind = Clase
integration-col-ties = Vínculos
integration-col-share = Proporción
integration-col-expected-share = Proporción esperada
integration-col-ratio = Registrado / esperado
integration-col-p = p (bilateral)
integration-col-verdict = Frente al azar
integration-col-cases = Servicios e innovaciones
integration-col-by = Por
integration-col-across = Vínculos que salen
integration-col-known-ties = Vínculos conocidos
integration-col-unknown-ties = Vínculos desconocidos
integration-col-ei = Índice E-I
integration-col-ei-rescaled = E-I reescalado
integration-col-diversity = Diversidad
integration-col-unknown-actors = Entidades sin dato
integration-col-pair = Par
integration-col-expected = Esperados
integration-col-possible = Vínculos posibles
integration-col-density = De los posibles
integration-col-p-less = p (tan pocos)
integration-col-q = q (corregida)
integration-col-missing = Puente
integration-col-hybrids = Entidades en ambos
integration-col-hangs-on = Depende sobre todo de
integration-col-its-share = Su parte
integration-col-left = Vínculos sin ella
integration-col-hybrids-left = En ambos, sin ella
integration-col-cut = Se separa sin ella
integration-col-rank = Orden
integration-col-actor = Entidad
integration-col-pairs-cut = Pares separados
integration-col-pairs-before = De los pares unidos
integration-col-which-pairs = Qué pares
integration-col-ties-lost = Vínculos perdidos en total
integration-col-before = Separación previa
integration-col-after = Separación sin ella
integration-col-components = Partes que quedan
integration-col-sector = Sector
integration-col-services = Servicios e innovaciones
integration-col-providers = Prestadores
integration-col-fragile = Con un solo prestador
integration-col-concentration = Concentración
integration-col-largest = Mayor prestador
integration-col-case = Servicio o innovación
integration-col-reached = Niveles alcanzados
integration-col-lacking = Niveles que faltan
integration-col-chain = A través de
integration-col-parties = Entre
integration-col-actual = Peldaño actual
integration-col-optimum = Mejor peldaño
integration-col-gap = Diferencia
integration-col-assessor = Valorado por
integration-col-date = Fecha
integration-col-ladder = Escala
integration-col-assessments = Valoraciones
integration-col-rated = Pares valorados
integration-col-unrated = Pares sin valorar
integration-col-depth = Peldaño medio
integration-col-scope = Por encima del peldaño inferior
integration-col-reciprocity = Percibido por ambas partes
integration-col-congruence = Mismo peldaño en ambos sentidos
integration-col-indicator = Cifra
integration-col-value = Valor
integration-col-unknown = Desconocido
integration-col-meaning = Qué significa
integration-col-group = De
integration-col-counted-yes = Recuento
integration-col-counted-all = Del total

# Nada que mostrar.
integration-none-data = Todavía no hay datos que mostrar.
integration-none-data-how = Rellene las cuatro tablas de la plantilla e impórtelas (weft import template CARPETA --name PROYECTO), cargue RDF (weft load ARCHIVO) o suba datos en la página para socios. El panel necesita entidades que participen en servicios o innovaciones, cada una con un sector y un nivel de responsabilidad.
integration-none-filtered = Con estos filtros no queda ninguna entidad.
integration-none-filtered-how = Quite alguno de los filtros, o elija un territorio más amplio o un período más largo. Si se elige un tiempo, lo que no tiene fecha queda fuera.
integration-none-ties = No consta que dos entidades trabajen juntas.
integration-none-ties-how = Registre quién participa en qué servicio o innovación (participaciones), o vínculos entre entidades. Si en los datos cada servicio tiene un solo prestador, las entidades solo se encuentran por medio de vínculos: elija entonces, en «Más filtros», los vínculos de entidades con servicios.
integration-none-sector = No consta el sector de ninguna de estas entidades.
integration-none-sector-how = Asigne un sector a las entidades (weft:sector; la columna «sectors» de la plantilla), por ejemplo social-services o health.
integration-none-one-sector = Aquí solo se conoce un sector, de modo que no hay nada que comparar.
integration-none-one-sector-how = Elija un territorio más amplio o quite el filtro por sector; o registre los sectores de las demás entidades.
integration-none-level = No consta el nivel de responsabilidad de ninguna de estas entidades.
integration-none-level-how = Asigne un nivel a las entidades (weft:level; la columna «level» de la plantilla): local, intermediate, regional, national o eu.
integration-none-one-level = Aquí solo se conoce un nivel de responsabilidad, de modo que no hay nada que comparar.
integration-none-one-level-how = Elija un territorio más amplio o quite el filtro por nivel; o registre los niveles de las demás entidades.
integration-none-many = Hay demasiados sectores para comparar cada uno con cada uno.
integration-none-many-how = Elija un conjunto de datos o unos pocos sectores. Si los datos usan varias clasificaciones, conviene verlas de una en una.
integration-none-known = Ningún vínculo tiene ambos extremos en una categoría conocida.
integration-none-known-how = Registre los sectores y niveles de las entidades vinculadas; la lista de entidades muestra a cuáles les faltan.
integration-none-joined = Nada registrado une aquí ningún par: ningún vínculo cruza y ninguna entidad está en dos.
integration-none-joined-how = Puede ser así, o puede que los vínculos no consten todavía. Compruebe las participaciones y los vínculos de las entidades que sepa que trabajan juntas.
integration-none-services = Aquí no consta ningún servicio o innovación de sector conocido.
integration-none-services-how = Asigne un sector a los servicios e innovaciones (weft:sector; la columna «sectors» de la plantilla) y registre quién los presta.
integration-none-local = Aquí no consta ningún servicio o innovación local con participantes de nivel conocido.
integration-none-local-how = Registre el nivel de responsabilidad de los servicios y de sus participantes.
integration-none-assessments = Nadie ha valorado aquí la integración: los datos no contienen valoraciones.
integration-none-assessments-how = Registre valoraciones (weft:IntegrationAssessment) con las dos partes, el peldaño actual y el mejor peldaño de una escala, como la profundidad de HSIM o el continuo de Ahgren y Axelsson. Las cifras aparecerán aquí por sí solas. Lo que nadie ha valorado es desconocido, no falto de integración.
integration-none-statements = Aquí no consta nada de esta clase.
integration-none-statements-how = Registre participaciones y vínculos con sus instrumentos y fuentes.

# Citar.
integration-cite = Cómo citar
integration-cite-how = Las cifras cambian con los datos. Indique la versión de los datos, para que otras personas sepan qué datos vio usted.
integration-cite-text = Weft, Panel de integración ({ $about }). Versión de los datos { $version }, datos de { $date }. { $address }
integration-cite-all = todos los datos
integration-permalink = Esta dirección vuelve a mostrar la misma selección:
integration-licences = Conjuntos de datos y sus licencias
integration-licence = Licencia
integration-no-licence = no consta
integration-to-datasets = Sobre los conjuntos de datos

# Espera.

# Qué vínculos.
integration-filter-network = Vínculos que cuentan
integration-all-network = Entre entidades: un servicio, una innovación o un vínculo en común
integration-network-affiliation = De entidades con servicios e innovaciones
integration-network-funding = De quienes financian con quienes reciben la financiación
integration-network-collaboration-meaning = Dos entidades están vinculadas si participan en el mismo servicio o innovación, o si consta un vínculo entre ellas.
integration-network-affiliation-meaning = Una entidad está vinculada con cada servicio o innovación que presta o en que participa; los servicios e innovaciones cuentan como las entidades, con el sector y el nivel que conste de ellos.
integration-network-funding-meaning = Dos entidades están vinculadas si consta que una financia a la otra; los vínculos parten de quien financia.
integration-more =
    { $n ->
        [one] y uno más
       *[other] y { $nText } más
    }
integration-read-cut = De ellos, { $pair } es el que tiene más vínculos: los { $tiesText } pasan por { $actor }.
integration-col-numerator = Recuento o suma
integration-col-denominator = Sobre
integration-read-cases-sector = { $severalText } de { $knownText } servicios e innovaciones de sector conocido unen dos o más sectores; de { $unknownText } no consta ningún sector.
integration-read-cases-level = { $severalText } de { $knownText } servicios e innovaciones de nivel conocido unen dos o más niveles de responsabilidad; de { $unknownText } no consta ningún nivel.
integration-to-affiliation = Mostrar los vínculos de entidades con servicios
integration-fact-nodes = entidades, servicios e innovaciones con algún vínculo
integration-fact-ties = vínculos entre ellos
integration-against = { $ties } registrados, { $expected } esperados
integration-sideways = El gráfico continúa a la derecha: desplácelo lateralmente o abra la tabla.
integration-missing-scarce = claramente menos que por azar
integration-cell-few = { $pair }: { $ties } vínculos registrados, { $expected } esperados: demasiado poco para una razón
integration-read-apart-sector =
    { $n ->
        [one] Otro par no puede compararse: no tiene dos entidades con vínculos que pudieran encontrarse (no hay vínculos, o los conjuntos de datos no están unidos por nada).
       *[other] Otros { $nText } pares no pueden compararse: no tienen dos entidades con vínculos que pudieran encontrarse (no hay vínculos, o los conjuntos de datos no están unidos por nada).
    }
integration-read-apart-level =
    { $n ->
        [one] Otro par no puede compararse: no tiene dos entidades con vínculos que pudieran encontrarse (no hay vínculos, o los conjuntos de datos no están unidos por nada).
       *[other] Otros { $nText } pares no pueden compararse: no tienen dos entidades con vínculos que pudieran encontrarse (no hay vínculos, o los conjuntos de datos no están unidos por nada).
    }
integration-read-fractions-sector = Los recuentos tienen decimales porque una entidad de varios sectores se reparte entre ellos por partes iguales.
integration-read-fractions-level = Los recuentos tienen decimales porque una entidad de varios niveles se reparte entre ellos por partes iguales.
integration-read-scarce-sector =
    { $n ->
        [one] Un par de sectores tiene claramente menos vínculos de los que daría el azar: { $pairs }.
       *[other] { $nText } pares de sectores tienen claramente menos vínculos de los que daría el azar: { $pairs }.
    }
integration-read-scarce-level =
    { $n ->
        [one] Un par de niveles tiene claramente menos vínculos de los que daría el azar: { $pairs }.
       *[other] { $nText } pares de niveles tienen claramente menos vínculos de los que daría el azar: { $pairs }.
    }
integration-read-strongest-of-all = { $pair } es el par que más se apoya en una sola entidad, { $actor }: { $share } de { $tiesText } vínculos; quedarían { $leftText }.
integration-read-directory = Cada servicio o innovación de sector conocido tiene un solo prestador registrado: es una característica de este directorio y no indica dependencia.
integration-untied =
    { $n ->
        [one] Una de { $allText } entidades no tiene ningún vínculo registrado con otra.
       *[other] { $nText } de { $allText } entidades no tienen ningún vínculo registrado con otra.
    }
integration-untied-how = Las comparaciones con el azar tratan solo de las demás. Elija un conjunto de datos o cuente los vínculos de entidades con servicios.
integration-untied-dataset = { $name }: { $tiedText } de { $nText } entidades tienen algún vínculo
integration-elsewhere = Con los mismos filtros hay:
integration-elsewhere-actors =
    { $n ->
        [one] { $nText } entidad en «{ $network }»
       *[other] { $nText } entidades en «{ $network }»
    }
integration-elsewhere-ties =
    { $n ->
        [one] { $nText } vínculo en «{ $network }»
       *[other] { $nText } vínculos en «{ $network }»
    }
integration-wrong = { $name }: aquí no se conoce «{ $value }».
integration-wrong-near = ¿Se refiere a alguno de estos?
integration-wrong-place = Escriba el nombre de un lugar en cualquier idioma, un código de país como ES, o elija de la lista. No importan las mayúsculas ni los acentos.
integration-wrong-how = Elija un valor de la lista de arriba.
integration-read-directories =
    { $n ->
        [one] En uno de { $allText } sectores, cada servicio tiene un solo prestador registrado, como en un directorio.
       *[other] En { $nText } de { $allText } sectores, cada servicio tiene un solo prestador registrado, como en un directorio; el gráfico los omite.
    }
