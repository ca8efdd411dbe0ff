# What if: scenarios.
scenarios-title = What if
scenarios-lead = Try a change out before anybody decides it: take an organisation away, tie two together, move a service to other hands, and see which indicators and which pairs of sectors change, beside the figures of today. The data stays as it is.
scenarios-empty = There is nothing to change yet.
scenarios-empty-how = Data comes in on the page
scenarios-begin = Begin with one change
scenarios-begin-means = More can follow on the next page. Names may be typed in part; where one fits several, you choose.
scenarios-saved = Saved scenarios
scenarios-none-saved = Nobody has saved a scenario that you may see.
scenarios-count-saved = { $n ->
    [one] One saved scenario
   *[other] { $number } saved scenarios, the newest first
}
scenarios-row-unfit = it names what the data of today no longer has; it opens on the version it was saved on
scenarios-column-title = Title
scenarios-column-changes = Changes
scenarios-column-owner = Saved by
scenarios-column-day = Day
scenarios-column-version = On data version
scenarios-programs = For programs
scenarios-programs-means = A scenario is a list of changes in JSON: also those that the forms do not make. The answer has every table of the page, as JSON or CSV.

scenarios-op-removeActor = Remove an actor
scenarios-op-removeService = Remove a service or innovation
scenarios-op-addActor = Add an actor
scenarios-op-addService = Add a service
scenarios-op-addInnovation = Add an innovation
scenarios-op-addTie = Tie two actors
scenarios-op-removeTie = Remove a tie
scenarios-op-addParticipation = Have an actor take part in a service
scenarios-op-removeParticipation = End a participation
scenarios-op-moveService = Move a service
scenarios-op-setSector = Set the sectors
scenarios-op-setLevel = Set the levels
scenarios-op-setSphere = Set the sphere
scenarios-op-mergeActors = Merge two actors
scenarios-how-removeActor = The actor goes, with all its ties and its parts in services.
scenarios-how-removeService = The service or innovation goes, and nobody takes part in it any more.
scenarios-how-addTie = The two are joined by a tie of their own, such as an agreement.
scenarios-how-moveService = The service goes to another provider, sector or level. What you leave stays as it is.
scenarios-how-addActor = A new organisation; it may take part in a service from the beginning.
scenarios-how-addParticipation = The actor joins those who take part in the service or innovation.
scenarios-how-mergeActors = Two bodies become one, with the ties of both.
scenarios-actor = Actor
scenarios-other = The other actor
scenarios-service = Service or innovation
scenarios-provider = New provider
scenarios-takes-part = Takes part in (service or innovation)
scenarios-new-name = Name
scenarios-leave = – leave as it is –
scenarios-no-role = – no particular role –
scenarios-see = See what changes
scenarios-see-more = Add this change

scenarios-choose = Which one?
scenarios-several = Choose what you mean by
scenarios-also-called = { $name } (also called { $other })
scenarios-no-actor = No actor is called like
scenarios-no-service = No service or innovation is called like
scenarios-no-such-how = Go back and write another part of the name, or look for it among all.
scenarios-back = Back

scenarios-untitled = What if …
scenarios-on-version = Evaluated on data version { $number }.
scenarios-saved-by = Saved by { $owner } on { $day }, then on data version { $version }.
scenarios-untouched = The data itself is untouched.
scenarios-restricted = Only what fits:
scenarios-does-not-fit = A change does not fit the data.
scenarios-does-not-fit-how = Leave the change out below, or make another in its place.
scenarios-leave-out = leave out
scenarios-edit = Change this scenario
scenarios-statements = ({ $added } statements more, { $removed } fewer)
scenarios-note-still = Note: other statements still lead to something being said of it.
scenarios-note-also = Note: other statements also lead to: { $values }.
scenarios-change-removeActor = Without { $name }
scenarios-change-removeService = Without the service or innovation { $name }
scenarios-change-addActor = With a new actor, { $name }
scenarios-change-addService = With a new service, { $name }
scenarios-change-addInnovation = With a new innovation, { $name }
scenarios-change-removeTie = No tie of their own between { $name } and { $other }
scenarios-change-addTie = A tie from { $name } to { $other }
scenarios-change-addParticipation = { $name } takes part in { $other }
scenarios-change-removeParticipation = { $name } no longer takes part in { $other }
scenarios-change-moveService = { $name } moves
scenarios-change-setSector = Other sectors for { $name }
scenarios-change-setLevel = Other levels for { $name }
scenarios-change-setSphere = Another sphere for { $name }
scenarios-change-mergeActors = { $name } becomes one with { $other }
scenarios-field-sector = Sector
scenarios-field-level = Level of responsibility
scenarios-field-sphere = Sphere
scenarios-field-place = Place
scenarios-field-role = Role
scenarios-field-instrument = Instrument
scenarios-field-provider = Provider

scenarios-short = In short
scenarios-says-nothing = No figure changes.
scenarios-says-no-provider = { $n ->
    [one] One service has no provider left.
   *[other] { $number } services have no provider left.
}
scenarios-says-no-provider-of-innovation = { $n ->
    [one] One innovation has no provider left.
   *[other] { $number } innovations have no provider left.
}
scenarios-says-one-provider = { $n ->
    [one] One service is left with one provider only.
   *[other] { $number } services are left with one provider only.
}
scenarios-says-lost = Nothing that is recorded joins { $from } and { $to } any more.
scenarios-says-won = { $from } and { $to } are joined, which nothing recorded does today.
scenarios-says-more = { $n ->
    [one] Another pair is in the tables.
   *[other] Another { $number } pairs are in the tables.
}
scenarios-says-apart = The part of the network around { $name } falls into { $parts } parts (actors in each: { $sizes }).
scenarios-says-together = { $parts } parts of the network become one, around { $name }.
scenarios-says-isolated = { $n ->
    [one] One actor is left without any tie.
   *[other] { $number } actors are left without any tie.
}
scenarios-says-cut-points = { $n ->
    [one] One actor becomes a cut point: without it, others would be cut off.
   *[other] { $number } actors become cut points: without any one of them, others would be cut off.
}
scenarios-ties-between-actors = Ties between actors
scenarios-services-mean = A provider is who is recorded as providing the service or innovation. Somebody who is not recorded may provide it all the same, and another may step in.
scenarios-left-caption = Without any provider, by sector; what belongs to several sectors counts in each
scenarios-no-sector = No sector recorded
scenarios-column-left = Without a provider
scenarios-services-caption = { $shown } of { $all } services and innovations whose providers change, those without any first; today → scenario
scenarios-column-providers = Providers
scenarios-column-lost = Lost providers
scenarios-service-noProvider = no provider is left
scenarios-service-oneProvider = one provider is left
scenarios-service-fewer = fewer providers
scenarios-service-more = more providers
scenarios-service-otherProvider = another provider
scenarios-service-provided = has a provider at last
scenarios-service-removed = removed
scenarios-service-added = new
scenarios-caveat = Only what is recorded counts: a tie that nobody has recorded may hold all the same, and what people would do in answer to the change is not foreseen here. More is not always better.
scenarios-today = Today
scenarios-then = Scenario
scenarios-column-figure = Figure
scenarios-column-words = What happens
scenarios-column-pair = Pair
scenarios-column-expected = By chance: today → scenario
scenarios-column-ties = Ties
scenarios-column-rank = Rank by betweenness
scenarios-words-rises = rises from { $from } to { $to }
scenarios-words-falls = falls from { $from } to { $to }
scenarios-words-same = stays at { $to }
scenarios-words-appears = can be told now: { $to }
scenarios-words-vanishes = can no longer be told (today { $from })
scenarios-words-unknown = cannot be told
scenarios-better = better
scenarios-worse = worse
scenarios-rests = Rests on { $known } known and { $unknown } unknown today, { $then } and { $unknownthen } in the scenario.
scenarios-pair-lost = lost: no tie is left of { $from }
scenarios-pair-won = new: { $to } where there was none
scenarios-pair-weaker = weaker: from { $from } to { $to }
scenarios-pair-stronger = stronger: from { $from } to { $to }
scenarios-pair-same = as today: { $to }
scenarios-pairs-mean = Ties between actors of the two sectors; an actor of two sectors counts half in each. Beside them, how many ties chance would bring, given how many actors each sector has.
scenarios-no-figure-changes = No figure changes here.
scenarios-no-pair-changes = No pair changes.
scenarios-no-actor-changes = No actor is affected.
scenarios-figures-changed = { $n ->
    [one] One figure changes
   *[other] { $number } figures change
}
scenarios-figures-same = { $n ->
    [one] One figure stays as it is
   *[other] { $number } figures stay as they are
}
scenarios-pairs-changed = { $n ->
    [one] One pair changes
   *[other] { $number } pairs change
}
scenarios-pairs-same = { $n ->
    [one] One pair stays as it is
   *[other] { $number } pairs stay as they are
}
scenarios-actors-mean = Betweenness tells how often an actor lies on the shortest way between two others; rank 1 is the greatest.
scenarios-actors-caption = { $shown } of { $all } actors for whom something changes, most affected first; today → scenario
scenarios-status-removed = removed
scenarios-status-added = new
scenarios-status-merged = one with another
scenarios-status-isolated = left without any tie
scenarios-status-joined = tied at last
scenarios-status-cutPoint = becomes a cut point
scenarios-status-noCutPoint = no longer a cut point
scenarios-status-changed = other ties or another position

scenarios-part-changes = Changes
scenarios-part-services = Services whose providers change
scenarios-part-indicators = Indicators
scenarios-part-groups = Indicators by sector, level and role
scenarios-part-networks = Networks
scenarios-part-sectorPairs = Pairs of sectors
scenarios-part-levelPairs = Pairs of levels of responsibility
scenarios-part-lost = Pairs that nothing joins any more
scenarios-part-won = Pairs that are joined anew
scenarios-part-actors = Actors
scenarios-part-components = Parts of the network that fall apart or grow together
scenarios-network-collaboration = Collaboration of actors
scenarios-network-sectors = Sectors that something joins
scenarios-network-levels = Levels that something joins
scenarios-network-affiliation = Actors and services
scenarios-network-actor-sector = Actors and sectors
scenarios-network-funding = Funding
scenarios-add-more = Another change
scenarios-add-more-means = Each change is made on what the earlier ones left.
scenarios-share = Share and take along
scenarios-share-means = Whoever opens this address sees the scenario on the data of that day, as far as they may see the data.
scenarios-address = Address of this scenario
scenarios-copy = Copy the address
scenarios-save = Save under a title
scenarios-save-means = Whoever has a token of this service can keep the scenario here, with a short address. Title and description are for all to read.
scenarios-token = Token
scenarios-save-button = Save
scenarios-files = Tables
scenarios-whole = Everything
scenarios-cite = How to cite
scenarios-licences = Licences of the data:

scenarios-figure-actors = Actors recorded
scenarios-figure-services = Services recorded
scenarios-figure-services-without-provider = Services and innovations without a recorded provider
scenarios-figure-services-on-one-provider = Services and innovations with one recorded provider only
scenarios-figure-innovations = Innovations recorded
scenarios-figure-participations = Participations recorded
scenarios-figure-ties = Ties recorded
scenarios-figure-same-sector-and-level = Ties inside a sector on one level
scenarios-figure-horizontal = Horizontal integration: ties across sectors on one level
scenarios-figure-vertical = Vertical integration: ties across levels in one sector
scenarios-figure-diagonal = Ties across both sectors and levels
scenarios-figure-joined-sector-pairs = Pairs of sectors that something joins
scenarios-figure-sector-pairs-on-one-actor = Pairs of sectors that hang on one actor
scenarios-figure-joined-level-pairs = Pairs of levels that something joins
scenarios-figure-level-pairs-on-one-actor = Pairs of levels that hang on one actor
scenarios-figure-unbroken-chains = Local services linked up to the national level without a gap
scenarios-figure-missing-rungs = Levels that are missing in these chains, on average
scenarios-figure-sector-ei-index = Ties out of a sector against ties inside (E-I index)
scenarios-figure-sector-ei-rescaled = The same, within what is possible
scenarios-figure-sector-diversity = How evenly actors are spread over sectors
scenarios-figure-level-ei-index = Ties out of a level against ties inside (E-I index)
scenarios-figure-level-ei-rescaled = The same for levels, within what is possible
scenarios-figure-level-diversity = How evenly actors are spread over levels
scenarios-figure-sphere-ei-index = Ties out of a sphere against ties inside (E-I index)
scenarios-figure-sphere-ei-rescaled = The same for spheres, within what is possible
scenarios-figure-sphere-diversity = How evenly actors are spread over spheres
scenarios-figure-intensity = Intensity of integration on the common scale
scenarios-figure-systems-integration = Integration of all pairs that were judged
scenarios-figure-project-centred-integration = Integration with the lead organisation
scenarios-figure-conflict-rate = Statements that conflict with others
scenarios-figure-empty-fields = Fields that are empty
scenarios-figure-evidence-two-sources = Statements with two sources or more
scenarios-figure-formalisation = Ties with a recorded instrument
scenarios-figure-funding-concentration = Concentration of funding
scenarios-figure-funding-levels = Levels that fund a case
scenarios-figure-funding-spheres = Spheres that fund a case
scenarios-figure-horizontal-reach = Sectors that meet in a case
scenarios-figure-hybridity = Actors of several spheres
scenarios-figure-level-chain = Longest unbroken chain of levels in a case
scenarios-figure-multi-sector-actors = Actors in several sectors
scenarios-figure-sector-conflicts = Cases whose sectors are in dispute
scenarios-figure-sphere-mix = Spheres that meet in a case
scenarios-figure-vertical-reach = Levels that meet in a case
scenarios-metric-nodes = Nodes
scenarios-metric-edges = Ties
scenarios-metric-density = Density: ties of all that could be
scenarios-metric-isolates = Without any tie
scenarios-metric-components = Separate parts
scenarios-metric-largestComponentShare = Share in the largest part
scenarios-metric-fragmentation = Pairs that cannot reach each other
scenarios-metric-averagePathLength = Steps between two, on average
scenarios-metric-transitivity = Partners of a partner that are tied
scenarios-metric-degreeCentralization = Concentration of ties on few
scenarios-metric-betweennessCentralization = Concentration of shortest ways on few
scenarios-metric-bridges = Ties whose loss would cut something off
scenarios-metric-articulationPoints = Actors whose loss would cut something off
scenarios-metric-sectorAssortativity = Preference for the own sector
scenarios-metric-levelAssortativity = Preference for the own level
scenarios-metric-sectorEiIndex = Ties out of the sector against ties inside
scenarios-metric-levelEiIndex = Ties out of the level against ties inside
scenarios-metric-sectorDiversity = Spread over sectors

js-whatif-title = What if
js-whatif-lead = Take nodes away or tie them together, and see what changes. The data stays as it is.
js-whatif-how = Select a node in the drawing, then choose one of these.
js-whatif-none = No change yet.
js-whatif-remove = Remove in a scenario
js-whatif-tie-from = Tie with another …
js-whatif-tie-to = Tie with { $name }
js-whatif-removed = Without { $name }
js-whatif-tied = A tie between { $a } and { $b }
js-whatif-leave-out = Leave out: { $change }
js-whatif-clear = Leave all out
js-whatif-evaluate = See what changes
js-whatif-page = All figures on a page
js-whatif-wait = Computing …
js-whatif-done = Done: { $lost } pairs lost, { $won } pairs joined anew, { $actors } actors affected.
js-whatif-lost = Nothing joins { $from } and { $to } any more.
js-whatif-won = { $from } and { $to } are joined anew.
js-whatif-column-figure = Figure
js-whatif-column-today = Today
js-whatif-column-then = Scenario
js-whatif-nothing = No figure changes.
js-whatif-caption = Figures that change
js-whatif-choose-other = Now select the other node, and choose “Tie with { $name }”.

# The same names for the scripts.
js-whatif-figure-actors = { scenarios-figure-actors }
js-whatif-figure-services = { scenarios-figure-services }
js-whatif-figure-services-without-provider = { scenarios-figure-services-without-provider }
js-whatif-figure-services-on-one-provider = { scenarios-figure-services-on-one-provider }
js-whatif-figure-innovations = { scenarios-figure-innovations }
js-whatif-figure-participations = { scenarios-figure-participations }
js-whatif-figure-ties = { scenarios-figure-ties }
js-whatif-figure-same-sector-and-level = { scenarios-figure-same-sector-and-level }
js-whatif-figure-horizontal = { scenarios-figure-horizontal }
js-whatif-figure-vertical = { scenarios-figure-vertical }
js-whatif-figure-diagonal = { scenarios-figure-diagonal }
js-whatif-figure-joined-sector-pairs = { scenarios-figure-joined-sector-pairs }
js-whatif-figure-sector-pairs-on-one-actor = { scenarios-figure-sector-pairs-on-one-actor }
js-whatif-figure-joined-level-pairs = { scenarios-figure-joined-level-pairs }
js-whatif-figure-level-pairs-on-one-actor = { scenarios-figure-level-pairs-on-one-actor }
js-whatif-figure-unbroken-chains = { scenarios-figure-unbroken-chains }
js-whatif-figure-missing-rungs = { scenarios-figure-missing-rungs }
js-whatif-figure-sector-ei-index = { scenarios-figure-sector-ei-index }
js-whatif-figure-sector-ei-rescaled = { scenarios-figure-sector-ei-rescaled }
js-whatif-figure-sector-diversity = { scenarios-figure-sector-diversity }
js-whatif-figure-level-ei-index = { scenarios-figure-level-ei-index }
js-whatif-figure-level-ei-rescaled = { scenarios-figure-level-ei-rescaled }
js-whatif-figure-level-diversity = { scenarios-figure-level-diversity }
js-whatif-figure-sphere-ei-index = { scenarios-figure-sphere-ei-index }
js-whatif-figure-sphere-ei-rescaled = { scenarios-figure-sphere-ei-rescaled }
js-whatif-figure-sphere-diversity = { scenarios-figure-sphere-diversity }
js-whatif-figure-intensity = { scenarios-figure-intensity }
js-whatif-figure-systems-integration = { scenarios-figure-systems-integration }
js-whatif-figure-project-centred-integration = { scenarios-figure-project-centred-integration }
js-whatif-figure-conflict-rate = { scenarios-figure-conflict-rate }
js-whatif-figure-empty-fields = { scenarios-figure-empty-fields }
js-whatif-figure-evidence-two-sources = { scenarios-figure-evidence-two-sources }
js-whatif-figure-formalisation = { scenarios-figure-formalisation }
js-whatif-figure-funding-concentration = { scenarios-figure-funding-concentration }
js-whatif-figure-funding-levels = { scenarios-figure-funding-levels }
js-whatif-figure-funding-spheres = { scenarios-figure-funding-spheres }
js-whatif-figure-horizontal-reach = { scenarios-figure-horizontal-reach }
js-whatif-figure-hybridity = { scenarios-figure-hybridity }
js-whatif-figure-level-chain = { scenarios-figure-level-chain }
js-whatif-figure-multi-sector-actors = { scenarios-figure-multi-sector-actors }
js-whatif-figure-sector-conflicts = { scenarios-figure-sector-conflicts }
js-whatif-figure-sphere-mix = { scenarios-figure-sphere-mix }
js-whatif-figure-vertical-reach = { scenarios-figure-vertical-reach }
js-whatif-metric-nodes = { scenarios-metric-nodes }
js-whatif-metric-edges = { scenarios-metric-edges }
js-whatif-metric-density = { scenarios-metric-density }
js-whatif-metric-isolates = { scenarios-metric-isolates }
js-whatif-metric-components = { scenarios-metric-components }
js-whatif-metric-largestComponentShare = { scenarios-metric-largestComponentShare }
js-whatif-metric-fragmentation = { scenarios-metric-fragmentation }
js-whatif-metric-averagePathLength = { scenarios-metric-averagePathLength }
js-whatif-metric-transitivity = { scenarios-metric-transitivity }
js-whatif-metric-degreeCentralization = { scenarios-metric-degreeCentralization }
js-whatif-metric-betweennessCentralization = { scenarios-metric-betweennessCentralization }
js-whatif-metric-bridges = { scenarios-metric-bridges }
js-whatif-metric-articulationPoints = { scenarios-metric-articulationPoints }
js-whatif-metric-sectorAssortativity = { scenarios-metric-sectorAssortativity }
js-whatif-metric-levelAssortativity = { scenarios-metric-levelAssortativity }
js-whatif-metric-sectorEiIndex = { scenarios-metric-sectorEiIndex }
js-whatif-metric-levelEiIndex = { scenarios-metric-levelEiIndex }
js-whatif-metric-sectorDiversity = { scenarios-metric-sectorDiversity }
