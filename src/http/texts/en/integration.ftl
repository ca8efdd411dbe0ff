# The integration board.
integration-title = Integration board
integration-lead = How services and organisations hang together: across sectors of social policy (horizontal integration) and across levels of responsibility (vertical integration). What one would expect and does not find, what depends on a single organisation, and how far each figure can be trusted.

# Choosing.
integration-form = Choose what the board is about
integration-filter-place = Territory
integration-filter-dataset = Data set
integration-filter-sector = Sector
integration-filter-level = Level of responsibility
integration-filter-sphere = Sphere
integration-filter-role = Role
integration-filter-since = Still going on in or after
integration-filter-until = Already going on in or before
integration-filter-groups = Count groups of organisations (such as “all municipalities”) as actors
integration-filter-contextual = Count roles that only shape or document a case
integration-all-place = All territories
integration-all-dataset = All data sets
integration-all-sector = All sectors
integration-all-level = All levels
integration-all-sphere = All spheres
integration-all-role = All roles
integration-time-hint = A year (2010), a month (2010-05) or a day (2010-05-17). With a time chosen, what has no date is left out and counted below.
integration-more-filters = More filters: sector, level, sphere, role, which ties count
integration-show = Show
integration-reset = Show everything
integration-yes = yes
integration-chosen = Filters that are on
integration-without = Take away the filter: { $name }

# What it rests on.
integration-basis = What this rests on
integration-all-data = All data, without a filter.
integration-fact-actors = actors with a tie or a part in a service
integration-fact-pairs = pairs of them that work together
integration-fact-sectors = sectors among them
integration-fact-levels = levels of responsibility among them
integration-fact-sector-known = of them with a recorded sector
integration-fact-level-known = of them with a recorded level
integration-fact-known = { $known } of { $all }
integration-left-out = Left out:
integration-left-groups =
    { $n ->
        [one] { $number } actor that stands for a group of organisations
       *[other] { $number } actors that stand for a group of organisations
    }
integration-left-contextual =
    { $n ->
        [one] { $number } part that only shapes or documents a case
       *[other] { $number } parts that only shape or document a case
    }
integration-left-undated =
    { $n ->
        [one] { $number } statement without a date
       *[other] { $number } statements without a date
    }
integration-left-filtered =
    { $n ->
        [one] { $number } actor outside the filters
       *[other] { $number } actors outside the filters
    }
integration-open-world = What is not recorded is not known to be absent.
integration-to-partners = Add data
integration-to-help = What the figures mean

integration-brief = In short
integration-detail = Details
integration-contents = Parts of the board
integration-definition = What it means
integration-definition-of = What it means: { $title }
integration-measure = Colours and numbers show
integration-keys = Key
integration-table = The numbers as a table
integration-csv = CSV
integration-json = JSON
integration-csv-horizontal-reach = CSV: sectors of each case
integration-csv-vertical-reach = CSV: levels of each case
integration-query = SPARQL query
integration-query-ties = SPARQL query: which ties count
integration-table-rest = { $shownText } of { $allText } rows are shown; the files have all of them.
integration-heatmap-rest = The chart shows the { $shownText } with most ties of { $allText }; the files have all of them.
integration-of = { $part } of { $whole }
integration-all = All
integration-not-recorded = Not recorded
integration-not-stated = not stated
integration-pairs =
    { $n ->
        [one] { $nText } pair
       *[other] { $nText } pairs
    }
js-integration-keys-hint = Use the arrow keys to read the chart mark by mark; Escape closes this.

# Groups.
integration-group-ties = Within and across
integration-group-sectors = Between sectors
integration-group-levels = Between levels of responsibility
integration-group-actors = Organisations that much hangs on
integration-group-ladders = Integration as people judge it
integration-group-record = Formality, evidence and reach

# Kinds of ties and cases.
integration-kind-neither = Within one sector and level
integration-kind-horizontal = Horizontal only: across sectors, one level
integration-kind-vertical = Vertical only: across levels, one sector
integration-kind-both = Both: across sectors and levels
integration-row-cases = Services and innovations: what their participants join ({ $knownText })
integration-row-ties = Ties between two actors, as recorded ({ $knownText })
integration-row-expected = Ties between two actors, if chance alone had dealt out sectors and levels

integration-four-way = Horizontal, vertical, both or neither
integration-four-way-meaning = Each tie, and each service or innovation, either stays within one sector and one level of responsibility or crosses sectors, levels, or both. The third bar shows what chance would bring with the same actors and the same number of ties.
integration-four-way-caption = Ties by kind ({ $tiesText } ties with both ends known, { $unknownText } unknown, { $permutationsText } permutations)
integration-cases-caption = Services and innovations by kind ({ $knownText } known, { $unknownText } unknown)
integration-read-cases =
    { $unknown ->
        [0] Of { $knownText } services and innovations { $sectorsText } join two or more sectors, { $levelsText } join two or more levels of responsibility, and { $bothText } do both.
       *[other] Of the { $knownText } services and innovations of which both a sector and a level are recorded ({ $allText } in all), { $sectorsText } join two or more sectors, { $levelsText } join two or more levels of responsibility, and { $bothText } do both.
    }
integration-read-ties = Of { $tiesText } ties between actors of known sector and level { $horizontal } cross sectors on one level, { $vertical } cross levels in one sector, { $both } cross both, and { $same } stay within one sector and level.
integration-read-more = More often than chance would bring (recorded / expected): { $kinds }.
integration-read-less = Less often than chance would bring (recorded / expected): { $kinds }.
integration-read-no-difference = None of the four differs clearly from what chance would bring.
integration-few-ties = With { $nText } ties the shares describe what is recorded; they are too few to speak of a pattern.
integration-few-cases = With { $nText } cases each one moves the shares by much; read them as counts.
integration-chance-more = more than by chance
integration-chance-less = less than by chance
integration-chance-even = may be chance
integration-chance-untested = not tested

integration-openness = How open sectors, levels and spheres are
integration-openness-meaning = The share of ties that leave their own sector, level or sphere. The E-I index goes from −1 (all ties inside) to 1 (all ties outside); the rescaled one allows for the sizes of the groups. Diversity goes from 0 (all actors in one group) to 1 (evenly spread).
integration-openness-caption = Ties that leave their own group
integration-of-sector = Sector
integration-of-level = Level of responsibility
integration-of-sphere = Sphere
integration-read-across-sector = { $share } of { $knownText } ties leave their sector.
integration-read-across-level = { $share } of { $knownText } ties leave their level of responsibility.
integration-read-across-sphere = { $share } of { $knownText } ties leave their sphere.

# Who is tied to whom.
integration-mixing-sector = Which sectors work with which
integration-mixing-sector-meaning = Each cell compares the recorded ties between two sectors with those to be expected if ties did not care for sectors, among actors that have ties. 2 means twice as many, 0.5 half as many. An actor in several sectors counts in each with an equal part.
integration-mixing-level = Which levels work with which
integration-mixing-level-meaning = Each cell compares the recorded ties between two levels of responsibility with those to be expected if ties did not care for levels, among actors that have ties. 2 means twice as many, 0.5 half as many.
integration-mixing-sector-caption = Pairs of sectors ({ $tiesText } known ties, { $unknownText } unknown, { $permutationsText } permutations)
integration-mixing-level-caption = Pairs of levels ({ $tiesText } known ties, { $unknownText } unknown, { $permutationsText } permutations)
integration-measure-ratio = recorded against expected
integration-measure-ties = recorded ties
integration-measure-expected = expected ties
integration-key-under-4 = a quarter of what is expected, or less
integration-key-under-2 = about half
integration-key-even = about as expected
integration-key-over-2 = about twice
integration-key-over-4 = four times, or more
integration-key-few = less than one tie expected: no ratio
integration-key-none = no two actors with ties that could meet
integration-key-missing = missing bridge: no tie, clearly fewer than by chance
integration-read-pairs-sector = { $tiedText } of { $allText } pairs of sectors have at least one recorded tie.
integration-read-pairs-level = { $tiedText } of { $allText } pairs of levels have at least one recorded tie.
integration-read-pair = { $pair }: { $ties } recorded, { $expected } expected
integration-read-over = Most beyond what is expected: { $pairs }.
integration-read-under = Most below: { $pairs }.
integration-cell = { $pair }: { $ties } ties recorded, { $expected } expected, ratio { $ratio }
integration-cell-missing = { $pair }: { $ties } ties recorded, { $expected } expected, ratio { $ratio }. Missing bridge: no tie, clearly fewer than by chance
integration-cell-impossible = { $pair }: no two actors with ties that could meet

integration-missing-sector = Missing bridges between sectors
integration-missing-sector-meaning = Pairs of sectors with fewer ties than one would expect among actors that have ties at all. A bridge counts as missing if there is no tie, at least one would be expected, and chance would hardly bring none (probability corrected for the number of pairs, at most 5%). Data sets that nothing joins are not compared.
integration-missing-level = Missing bridges between levels
integration-missing-level-meaning = Pairs of levels with fewer ties than one would expect among actors that have ties at all. A bridge counts as missing if there is no tie, at least one would be expected, and chance would hardly bring none (probability corrected for the number of pairs, at most 5%). Data sets that nothing joins are not compared.
integration-missing-caption =
    { $n ->
        [one] { $nText } pair with fewer ties than expected
       *[other] { $nText } pairs with fewer ties than expected
    }
integration-missing-yes = missing
integration-missing-no = fewer, may be chance
integration-key-observed = recorded ties
integration-key-expected = expected ties
integration-read-missing-sector =
    { $n ->
        [one] Between one pair of sectors a bridge is missing: { $pairs }.
       *[other] Between { $nText } pairs of sectors a bridge is missing: { $pairs }.
    }
integration-read-missing-level =
    { $n ->
        [one] Between one pair of levels a bridge is missing: { $pairs }.
       *[other] Between { $nText } pairs of levels a bridge is missing: { $pairs }.
    }
integration-read-none-missing-sector =
    { $fewer ->
        [0] No pair of sectors has clearly fewer ties than expected.
        [one] No bridge between sectors is shown to be missing: one pair has fewer ties than expected, but that may be chance.
       *[other] No bridge between sectors is shown to be missing: { $fewerText } pairs have fewer ties than expected, but that may be chance.
    }
integration-read-none-missing-level =
    { $fewer ->
        [0] No pair of levels has clearly fewer ties than expected.
        [one] No bridge between levels is shown to be missing: one pair has fewer ties than expected, but that may be chance.
       *[other] No bridge between levels is shown to be missing: { $fewerText } pairs have fewer ties than expected, but that may be chance.
    }
integration-read-silent-sector =
    { $n ->
        [one] One pair of sectors has no recorded tie although at least one would be expected.
       *[other] { $nText } pairs of sectors have no recorded tie although at least one would be expected.
    }
integration-read-silent-level =
    { $n ->
        [one] One pair of levels has no recorded tie although at least one would be expected.
       *[other] { $nText } pairs of levels have no recorded tie although at least one would be expected.
    }
integration-read-not-tested = There was nothing to test here.
integration-read-absence = A tie that nobody recorded may still exist.

# What hangs on one actor.
integration-dependence-sector = What bridges between sectors hang on
integration-dependence-sector-meaning = For each pair of sectors the one actor that takes part in most of the ties between them. Where it alone holds the pair together, nothing recorded would join the two sectors without it.
integration-dependence-level = What bridges between levels hang on
integration-dependence-level-meaning = For each pair of levels of responsibility the one actor that takes part in most of the ties between them. Where it alone holds the pair together, nothing recorded would join the two levels without it.
integration-dependence-sector-caption =
    { $n ->
        [one] { $nText } joined pair of sectors, and the actor that most hangs on
       *[other] { $nText } joined pairs of sectors, and the actor that most hangs on
    }
integration-dependence-level-caption =
    { $n ->
        [one] { $nText } joined pair of levels, and the actor that most hangs on
       *[other] { $nText } joined pairs of levels, and the actor that most hangs on
    }
integration-read-dependence-sector =
    { $cut ->
        [0] { $joinedText } of { $allText } pairs of sectors are joined, by ties or by actors in both. None of them hangs on one actor alone.
        [one] { $joinedText } of { $allText } pairs of sectors are joined, by ties or by actors in both. One of them hangs on one actor alone.
       *[other] { $joinedText } of { $allText } pairs of sectors are joined, by ties or by actors in both. { $cutText } of them hang on one actor alone.
    }
integration-read-dependence-level =
    { $cut ->
        [0] { $joinedText } of { $allText } pairs of levels are joined, by ties or by actors on both. None of them hangs on one actor alone.
        [one] { $joinedText } of { $allText } pairs of levels are joined, by ties or by actors on both. One of them hangs on one actor alone.
       *[other] { $joinedText } of { $allText } pairs of levels are joined, by ties or by actors on both. { $cutText } of them hang on one actor alone.
    }
integration-read-strongest = Among the others, { $pair } leans most on { $actor }: { $share } of { $tiesText } ties; { $leftText } would be left.
integration-key-cut = without this actor nothing recorded joins the pair
integration-bar-cut = { $pair }: { $actor } takes part in { $touchesText } of { $tiesText } ties. Without it nothing recorded joins the two
integration-bar-dependence = { $pair }: { $actor } takes part in { $touchesText } of { $tiesText } ties; { $leftText } are left without it
integration-cut-yes = yes
integration-cut-no = no

integration-key-actors = Whose loss would cut most
integration-key-actors-meaning = One after the other the actors whose removal parts most pairs of sectors, each after those before it are gone. The second table does the same for the network as a whole: how large the share of pairs of actors would be that can no longer reach each other.
integration-key-actors-caption = Actors by the pairs of sectors that nothing joins without them
integration-key-players-caption = Actors by how far the network falls apart without them
integration-read-key-actor = Without { $actor }, { $cutText } of { $carriedText } joined pairs of sectors have no recorded tie left: { $pairs }.
integration-read-no-key-actor = No single actor holds a pair of sectors together alone.
integration-read-key-player = Without { $actor }, the share of pairs of actors that cannot reach each other grows from { $before } to { $after }.

integration-providers = Services that hang on one provider
integration-providers-meaning = Of the services and innovations of each sector, how many have exactly one recorded provider or participant. Concentration goes from near 0 (many provide alike) to 1 (one provides all).
integration-providers-caption = Services and their providers, by sector
integration-read-fragile = Most exposed is { $sector }: { $fragileText } of { $servicesText } services and innovations have one recorded provider only.
integration-read-none-fragile = Every service and innovation of known sector has at least two recorded participants.

integration-chains = Chains from the local to the national level
integration-chains-meaning = For each local service or innovation, whether its participants are linked, step by step, to the regional and the national level. A rung that is missing may only be unrecorded.
integration-chains-caption = Local services and innovations with their best chain
integration-read-chains = { $unbrokenText } of { $knownText } local services and innovations have an unbroken chain from the local to the national level. The regional rung is missing in { $regionalText }, the national one in { $nationalText }.

# What people judge.
integration-ladders = Integration as it is, and as it should be
integration-ladders-meaning = Judgements of how far two parties are integrated, on a ladder such as HSIM or Ahgren and Axelsson, beside the step that would be best. More is not always better: a negative gap means more integration than the task needs. Ladders are not mixed.
integration-ladder-caption = { $ladder }: actual and best step
integration-ladders-caption = Figures of each ladder
integration-read-ladder = { $ladder }: { $judgedText } judgements have both the actual and the best step; on average { $gap } steps are missing. In { $overText } integration goes further than needed.
integration-read-ladder-no-optimum = { $ladder }: { $nText } judgements, none with the step that would be best.
integration-judged = { $parties }: { $actual } now, best would be { $optimum }
integration-key-actual = actual step
integration-key-optimum = best step
integration-common-scale = All on one scale from 0 to 4

# Statements.
integration-figures = Further figures
integration-figures-meaning = What the statements about services, innovations and actors tell. Each name opens the rows that its figure counts.
integration-figures-caption = Further figures
integration-read-multi-sector = { $partText } of { $wholeText } actors of known sector work in two or more sectors; of { $unknownText } actors the sector is not recorded.
integration-not-filtered = Cannot be restricted in this way
integration-not-filtered-how = Take away the filter by role or by what counts to see it.
integration-formalisation = Formal ties
integration-formalisation-meaning = The share of recorded ties that have an instrument such as a contract, a protocol, an accreditation or a membership. A tie without one is not known to be informal: the share is a lower bound.
integration-read-formalisation = { $partText } of { $wholeText } ties have a recorded instrument ({ $share }).
integration-evidence-two-sources = Evidence from two sources
integration-evidence-two-sources-meaning = The share of statements that two or more different sources support. The others rest on one source, or name none.
integration-read-evidence-two-sources = { $partText } of { $wholeText } statements are supported by two or more sources ({ $share }); the others rest on one, or name none.
integration-empty-fields = Empty fields
integration-empty-fields-meaning = The share of the fields expected of every actor (name, sphere, level, sector, place, type) that are empty. The more of them, the less the other figures can be trusted.
integration-read-empty-fields = { $partText } of { $wholeText } fields of actors are empty ({ $share }).
integration-conflict-rate = Conflicting statements
integration-conflict-rate-meaning = The share of assertions that are recorded to conflict with another one. Both are kept. A lower bound: conflicts that nobody noted are not seen.
integration-funding-concentration = Concentration of funding
integration-funding-concentration-meaning = How far the money of a case comes from one payer: 1 if from one alone, near 0 if from many alike. Only amounts in the same unit are compared.
integration-funding-levels = Levels that fund a case
integration-funding-levels-meaning = From how many levels of responsibility the funders of a service or innovation come, on average.
integration-funding-spheres = Spheres that fund a case
integration-funding-spheres-meaning = From how many spheres (public, community, third sector, private) the funders of a case come, on average.
integration-horizontal-reach = Horizontal reach
integration-horizontal-reach-meaning = How many sectors meet in a service or innovation, on average: its own and those of its participants. A lower bound.
integration-vertical-reach = Vertical reach
integration-vertical-reach-meaning = How many levels of responsibility meet in a service or innovation, on average. A lower bound.
integration-level-chain = Longest chain of neighbouring levels
integration-level-chain-meaning = How many levels follow each other without a gap among the participants of a case, on average.
integration-hybridity = Hybrid organisations
integration-hybridity-meaning = The share of actors that belong to two or more spheres, or are recorded as hybrid.
integration-multi-sector-actors = Actors in several sectors
integration-multi-sector-actors-meaning = The share of actors that work in two or more sectors and so can hold them together.
integration-sector-conflicts = Disputed sectors
integration-sector-conflicts-meaning = The share of things with two or more statements of their sector whose statements differ.
integration-sphere-mix = Mix of spheres
integration-sphere-mix-meaning = The share of cases whose participants come from at least two of the spheres public, community, third sector and private.

# What is known.
integration-cover-cases = { $knownText } of { $allText } services and innovations can be judged ({ $share }); for { $unknownText } no sector or no level is recorded.
integration-cover-ties = For { $knownText } of { $allText } ties sector and level of both ends are known ({ $share }); { $unknownText } are unknown.
integration-cover-sector = For { $knownText } of { $allText } ties the sectors of both ends are known ({ $share }); { $unknownText } are unknown.
integration-cover-level = For { $knownText } of { $allText } ties the levels of both ends are known ({ $share }); { $unknownText } are unknown.
integration-cover-chains = { $knownText } of { $allText } local cases can be judged ({ $share }); { $unknownText } have no participant of known level.
integration-cover-ladders = { $knownText } of { $allText } judgements have both steps ({ $share }); { $unknownText } do not.
integration-cover-statements = { $knownText } of { $allText } could be counted ({ $share }); { $unknownText } are unknown.

# Columns.
integration-col-kind = Kind
integration-col-ties = Ties
integration-col-share = Share
integration-col-expected-share = Expected share
integration-col-ratio = Recorded / expected
integration-col-p = p (two-sided)
integration-col-verdict = Against chance
integration-col-cases = Services and innovations
integration-col-by = By
integration-col-across = Ties that leave
integration-col-known-ties = Known ties
integration-col-unknown-ties = Unknown ties
integration-col-ei = E-I index
integration-col-ei-rescaled = E-I rescaled
integration-col-diversity = Diversity
integration-col-unknown-actors = Actors unknown
integration-col-pair = Pair
integration-col-expected = Expected
integration-col-possible = Possible ties
integration-col-density = Of the possible
integration-col-p-less = p (so few)
integration-col-q = q (corrected)
integration-col-missing = Bridge
integration-col-hybrids = Actors in both
integration-col-hangs-on = Most hangs on
integration-col-its-share = Its share
integration-col-left = Ties without it
integration-col-hybrids-left = In both without it
integration-col-cut = Cut without it
integration-col-rank = Rank
integration-col-actor = Actor
integration-col-pairs-cut = Pairs cut
integration-col-pairs-before = Of joined pairs
integration-col-which-pairs = Which pairs
integration-col-ties-lost = Ties lost so far
integration-col-before = Apart before
integration-col-after = Apart without it
integration-col-components = Parts left
integration-col-sector = Sector
integration-col-services = Services and innovations
integration-col-providers = Providers
integration-col-fragile = With one provider
integration-col-concentration = Concentration
integration-col-largest = Largest provider
integration-col-case = Service or innovation
integration-col-reached = Levels reached
integration-col-lacking = Levels missing
integration-col-chain = Through
integration-col-parties = Between
integration-col-actual = Actual step
integration-col-optimum = Best step
integration-col-gap = Gap
integration-col-assessor = Judged by
integration-col-date = Date
integration-col-ladder = Ladder
integration-col-assessments = Judgements
integration-col-rated = Pairs judged
integration-col-unrated = Pairs not judged
integration-col-depth = Mean step
integration-col-scope = Above the lowest step
integration-col-reciprocity = Seen by both
integration-col-congruence = Same step both ways
integration-col-indicator = Figure
integration-col-value = Value
integration-col-unknown = Unknown
integration-col-meaning = What it means
integration-col-group = Of
integration-col-counted-yes = Counted
integration-col-counted-all = Of all

# Nothing to show.
integration-none-data = There is no data to show here yet.
integration-none-data-how = Fill in the four tables of the template and import them (weft import template FOLDER --name PROJECT), load RDF (weft load FILE), or upload data on the page for partners. The board needs actors that take part in services or innovations, each with a sector and a level of responsibility.
integration-none-filtered = No actor is left within these filters.
integration-none-filtered-how = Take one of the filters away, or choose a wider territory or a longer time. With a time chosen, what has no date is left out.
integration-none-ties = No two actors are recorded as working together.
integration-none-ties-how = Record who takes part in which service or innovation (participations), or state ties between actors. If each service has one provider in the data, actors meet only through ties: then choose, under “More filters”, the ties of actors with services.
integration-none-sector = No sector of any of these actors is recorded.
integration-none-sector-how = Give actors a sector (weft:sector; the column “sectors” of the template), for example social-services or health.
integration-none-one-sector = Only one sector is known here, so there is nothing to compare.
integration-none-one-sector-how = Choose a wider territory or take the filter by sector away; or record the sectors of the other actors.
integration-none-level = No level of responsibility of any of these actors is recorded.
integration-none-level-how = Give actors a level (weft:level; the column “level” of the template): local, intermediate, regional, national or eu.
integration-none-one-level = Only one level of responsibility is known here, so there is nothing to compare.
integration-none-one-level-how = Choose a wider territory or take the filter by level away; or record the levels of the other actors.
integration-none-many = There are too many sectors to compare each with each.
integration-none-many-how = Choose one data set or a few sectors. Data that uses several classifications should be looked at one at a time.
integration-none-known = No tie has both its ends in a known category.
integration-none-known-how = Record the sectors and levels of the actors that are tied; the list of actors shows which lack them.
integration-none-joined = Nothing recorded joins any pair here: no tie crosses, and no actor is in two.
integration-none-joined-how = That may be so, or ties may not be recorded yet. Check participations and ties of the actors that you know to work together.
integration-none-services = No service or innovation of known sector is recorded here.
integration-none-services-how = Give services and innovations a sector (weft:sector; the column “sectors” of the template), and record who provides them.
integration-none-local = No local service or innovation with participants of known level is recorded here.
integration-none-local-how = Record the level of responsibility of services and of their participants.
integration-none-assessments = Nobody has judged integration here: the data holds no assessments.
integration-none-assessments-how = Record assessments (weft:IntegrationAssessment) with the two parties, the actual step and the best step of a ladder, such as HSIM depth or the continuum of Ahgren and Axelsson. The figures appear here by themselves. What nobody has judged is unknown, not unintegrated.
integration-none-statements = Nothing of the kind is recorded here.
integration-none-statements-how = Record participations and ties with their instruments and sources.

# Citing.
integration-cite = How to cite
integration-cite-how = The figures change with the data. Name the data version, so that others can see which data you saw.
integration-cite-text = Weft, Integration board ({ $about }). Data version { $version }, data of { $date }. { $address }
integration-cite-all = all data
integration-permalink = This address shows the same selection again:
integration-licences = Data sets and their licences
integration-licence = Licence
integration-no-licence = not stated
integration-to-datasets = About the data sets

# Waiting.

# Which ties.
integration-filter-network = Ties that count
integration-all-network = Between actors: a service, an innovation or a tie in common
integration-network-affiliation = Of actors with services and innovations
integration-network-funding = Of funders with those they fund
integration-network-collaboration-meaning = Two actors are tied if they take part in the same service or innovation, or if a tie between them is stated.
integration-network-affiliation-meaning = An actor is tied to each service and innovation that it provides or takes part in; services and innovations count like actors, with the sector and level recorded of them.
integration-network-funding-meaning = Two actors are tied if one is recorded to fund the other; ties go from the funder.
integration-more =
    { $n ->
        [one] and one more
       *[other] and { $nText } more
    }
integration-read-cut = Of these, { $pair } has most ties: all { $tiesText } run through { $actor }.
integration-col-numerator = Counted or summed
integration-col-denominator = Over
integration-read-cases-sector = { $severalText } of { $knownText } services and innovations of known sector join two or more sectors; of { $unknownText } no sector is recorded.
integration-read-cases-level = { $severalText } of { $knownText } services and innovations of known level join two or more levels of responsibility; of { $unknownText } no level is recorded.
integration-to-affiliation = Show the ties of actors with services
integration-fact-nodes = actors, services and innovations with a tie
integration-fact-ties = ties between them
integration-against = { $ties } recorded, { $expected } expected
integration-sideways = The chart goes on to the right: scroll it sideways, or open the table.
integration-missing-scarce = clearly fewer than by chance
integration-cell-few = { $pair }: { $ties } ties recorded, { $expected } expected: too little for a ratio
integration-read-apart-sector =
    { $n ->
        [one] One more pair cannot be compared: it has no two actors with ties that could meet (no ties at all, or data sets that nothing joins).
       *[other] { $nText } more pairs cannot be compared: they have no two actors with ties that could meet (no ties at all, or data sets that nothing joins).
    }
integration-read-apart-level =
    { $n ->
        [one] One more pair cannot be compared: it has no two actors with ties that could meet (no ties at all, or data sets that nothing joins).
       *[other] { $nText } more pairs cannot be compared: they have no two actors with ties that could meet (no ties at all, or data sets that nothing joins).
    }
integration-read-fractions-sector = Counts have fractions because an actor of several sectors is shared among them in equal parts.
integration-read-fractions-level = Counts have fractions because an actor on several levels is shared among them in equal parts.
integration-read-scarce-sector =
    { $n ->
        [one] One pair of sectors has clearly fewer ties than chance would bring: { $pairs }.
       *[other] { $nText } pairs of sectors have clearly fewer ties than chance would bring: { $pairs }.
    }
integration-read-scarce-level =
    { $n ->
        [one] One pair of levels has clearly fewer ties than chance would bring: { $pairs }.
       *[other] { $nText } pairs of levels have clearly fewer ties than chance would bring: { $pairs }.
    }
integration-read-strongest-of-all = { $pair } leans most on one actor, { $actor }: { $share } of { $tiesText } ties; { $leftText } would be left.
integration-read-directory = Each service and innovation of known sector has one recorded provider: a feature of this directory, which tells nothing about dependence.
integration-untied =
    { $n ->
        [one] One of { $allText } actors has no recorded tie to another one.
       *[other] { $nText } of { $allText } actors have no recorded tie to another one.
    }
integration-untied-how = Comparisons with chance are about the others only. Choose a data set, or count ties of actors with services.
integration-untied-dataset = { $name }: { $tiedText } of { $nText } actors have a tie
integration-elsewhere = Within the same filters there are:
integration-elsewhere-actors =
    { $n ->
        [one] { $nText } actor under “{ $network }”
       *[other] { $nText } actors under “{ $network }”
    }
integration-elsewhere-ties =
    { $n ->
        [one] { $nText } tie under “{ $network }”
       *[other] { $nText } ties under “{ $network }”
    }
integration-wrong = { $name }: “{ $value }” is not known here.
integration-wrong-near = Did you mean one of these?
integration-wrong-place = Write the name of a place in any language, a country code such as ES, or choose from the list. Case and accents do not matter.
integration-wrong-how = Choose a value from the list above.
integration-read-directories =
    { $n ->
        [one] In one of { $allText } sectors each service has one recorded provider, as in a directory.
       *[other] In { $nText } of { $allText } sectors each service has one recorded provider, as in a directory; the chart leaves them out.
    }
