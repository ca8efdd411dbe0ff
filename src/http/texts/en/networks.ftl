# The networks, and each of them drawn.
networks-title = Networks
networks-lead = Who works with whom, and how sectors and levels of responsibility hang together. Each network is drawn, can be filtered and searched, and taken along.
networks-data = The same as data
networks-data-list = This list for programs and spreadsheets:
networks-own = A query of your own makes a network too: a file in the folder of networks adds one to this page.
networks-version = Data version { $number }.
networks-cite = How to cite
networks-licences = Licences of the data sets
networks-count-nodes = { $n ->
    [one] { $number } node
   *[other] { $number } nodes
}
networks-count-ties = { $n ->
    [one] { $number } tie
   *[other] { $number } ties
}
networks-count-parts = { $n ->
    [0] no connected part
    [one] { $number } connected part
   *[other] { $number } connected parts
}
networks-count-alone = { $n ->
    [0] nobody without ties
    [one] { $number } without ties
   *[other] { $number } without ties
}
networks-directed = ties have a direction
networks-two-mode = two kinds of nodes

networks-title-collaboration = Collaboration
networks-plain-collaboration = Which organisations work together: two are tied when they take part in the same service or innovation, or when a tie between them is recorded. The more they share, the stronger the tie.
networks-title-affiliation = Actors and what they take part in
networks-plain-affiliation = Organisations on one side, services and innovations on the other: a tie says that the organisation takes part.
networks-title-actor-sector = Actors and sectors
networks-plain-actor-sector = Which organisations work in which sectors, such as health, housing or employment. Those in several sectors join them.
networks-title-sectors = Sectors
networks-plain-sectors = How sectors are joined: the more organisations, services or innovations two sectors share, the stronger the tie.
networks-title-levels = Levels of responsibility
networks-plain-levels = How levels of responsibility, from local to European, are joined by organisations, services and innovations that work on both.
networks-title-funding = Funding
networks-plain-funding = Who funds whom: a tie goes from the one who pays to the one who receives. It is as strong as the amount, where that is known.

networks-restricted = Only a part is shown:
networks-show-all = Show everything
networks-too-large = This network is too large to be drawn whole. The drawing has the { $nodes } nodes with most ties and the { $ties } strongest ties; all figures and files are of the whole network. Filters make it smaller.
networks-empty = There is nothing to draw.
networks-empty-data = The data has no node of this network yet. Once data sets with actors and their ties are loaded, it appears here.
networks-empty-filter = No node passes all filters. Take one away, or show everything.
networks-colour = Colour by
networks-size = Size by
networks-size-help = What this figure means
networks-by-sector = Sector
networks-by-level = Level of responsibility
networks-by-sphere = Sphere
networks-by-place = Place
networks-by-community = Community
networks-community = Community { $number }
networks-others = { $n ->
    [one] { $number } other
   *[other] { $number } others
}
networks-unknown = Not recorded
networks-yes = yes
networks-no = no
networks-filters = Filters
networks-filters-help = Within one group it is enough that one choice fits; the groups must all fit. Whoever has nothing recorded does not pass.
networks-filter-sector = Sector
networks-filter-level = Level of responsibility
networks-filter-sphere = Sphere
networks-filter-place = Place
networks-filter-role = Role
networks-filter-dataset = Data set
networks-filter-time = Time
networks-filter-since = Still held in
networks-filter-until = Held already in
networks-filter-also = Put in as well
networks-filter-groups = Groups of organisations
networks-filter-contextual = Roles that only shape or document
networks-time-help = A year, a month (2015-06) or a day. What has no date is left out then.
networks-more-choices = { $n ->
    [one] { $number } more can be written into the address
   *[other] { $number } more can be written into the address
}
networks-apply = Apply
networks-no-script = Without scripts this is a still drawing. Filters, colours and sizes work; for moving, searching and paths, allow scripts.
networks-drawing = Drawing
networks-drawing-of = Drawing of the network
networks-too-large-still = The drawing needs scripts and WebGL: the network has too many nodes for a still one. The tables below show the same.
networks-find = Find a node
networks-path = How two are connected
networks-path-from = From
networks-path-to = To
networks-path-find = Find the shortest path
networks-clear = Clear
networks-view = View
networks-zoom-in = Closer
networks-zoom-out = Further
networks-zoom-all = All
networks-full = Full screen
networks-share = Copy link to this view
networks-keys = With the drawing in focus: arrows move it, + and − zoom, 0 shows all, N and P go through the neighbours of the selected node, Esc lets it go.
networks-layout-means = Nodes that are tied stand near each other; left, right, up and down mean nothing. The same data is always drawn alike. Parts without ties between them stand apart.
networks-alone-folded = { $n ->
    [one] { $number } without ties is not drawn.
   *[other] { $number } without ties are not drawn.
}
networks-alone-shown = { $n ->
    [one] { $number } without ties is drawn, too.
   *[other] { $number } without ties are drawn, too.
}
networks-alone-show = Show
networks-alone-fold = Leave out
networks-selected = Selected node
networks-best = Best-connected
networks-best-by = First by: { $metric }
networks-best-means = Whom most others are tied to. Many ties are not a merit by themselves: they may also say that much hangs on one actor.
networks-best-caption = { $shown } of { $all } nodes
networks-several = Whoever belongs to several has several colours.
networks-best-scroll = Table of the best-connected
networks-table-scroll = Table of all nodes
networks-help = What this figure means
networks-rank = Rank
networks-name = Name
networks-table = All nodes as a table
networks-table-means = The same as the drawing, for reading: choose a node to see its ties and figures.
networks-table-find = Only names with
networks-take = Take it along
networks-tables = Tables:
networks-nodes-csv = nodes with figures (CSV)
networks-ties-csv = ties (CSV)
networks-layout-csv = positions (CSV)
networks-figures-json = figures of the network (JSON)
networks-means = What this network is
networks-nodes-are = Nodes
networks-ties-are = Ties
networks-weights-are = Strength of a tie
networks-defined-as = In full
networks-left = Left out
networks-left-undated = { $n ->
    [one] { $number } statement without a date
   *[other] { $number } statements without a date
}
networks-left-groups = { $n ->
    [one] { $number } actor that stands for a group of organisations
   *[other] { $number } actors that stand for groups of organisations
}
networks-left-contextual = { $n ->
    [one] { $number } statement whose role only shapes or documents a case
   *[other] { $number } statements whose roles only shape or document a case
}
networks-left-loops = { $n ->
    [one] { $number } tie of a node to itself
   *[other] { $number } ties of nodes to themselves
}

# Metrics of nodes, by their ids.
networks-metric-degree = Number of ties
networks-metric-strength = Strength of all ties
networks-metric-betweenness = Betweenness: on paths between others
networks-metric-closeness = Closeness to all others
networks-metric-harmonic = Harmonic closeness
networks-metric-eigenvector = Ties to well-tied others (eigenvector)
networks-metric-pagerank = PageRank
networks-metric-core = Depth in the core
networks-metric-clustering = Neighbours tied to each other (clustering)
networks-metric-constraint = Constraint by few contacts
networks-metric-effectiveSize = Separate contacts (effective size)
networks-metric-eiIndex = Ties beyond the own group (E-I index)
networks-metric-participationCoefficient = Spread of ties over groups
networks-metric-sectorReach = Sectors reached
networks-metric-levelReach = Levels reached
networks-metric-community = Community
networks-metric-articulation = Network falls apart without it
networks-metric-coordinator = Broker within a group (coordinator)
networks-metric-itinerant = Broker from outside (itinerant)
networks-metric-gatekeeper = Lets others into the group (gatekeeper)
networks-metric-representative = Speaks for the group (representative)
networks-metric-liaison = Joins two other groups (liaison)
networks-metric-eccentricity = Distance to the farthest (eccentricity)
networks-metric-efficiency = Share of separate contacts (efficiency)
networks-metric-hierarchy = Constraint by a single contact (hierarchy)
networks-metric-levelEi = Ties beyond the own level (E-I index)
networks-metric-levelParticipation = Spread of ties over levels
networks-metric-neighbourDiversity = Diversity of neighbours' sectors
networks-metric-brokerage = All brokerage (Gould–Fernandez)
networks-metric-inCore = Member of the core
networks-metric-latapyClustering = Shares neighbours with others (bipartite clustering)
networks-metric-redundancy = Others join the same (redundancy)
networks-metric-providers = Actors that it is tied to (providers)
networks-metric-isFragile = Hangs on one actor (fragile)

# For the script.
js-networks-drawing-of = Network { $title }: { $nodes } nodes, { $ties } ties. The table below has the same nodes.
js-networks-no-webgl = This browser cannot draw with WebGL. The table below has the same nodes.
js-networks-not-known = Not recorded
js-networks-others = Others: { $count }
js-networks-show = Show { $name }
js-networks-hidden = Nodes hidden by the legend: { $count }
js-networks-show-all = Show all again
js-networks-legend-help = Untick what should not be drawn.
js-networks-open = Page of this node
js-networks-sector = Sector
js-networks-level = Level of responsibility
js-networks-sphere = Sphere
js-networks-place = Place
js-networks-community = Community
js-networks-figures = Figures
js-networks-figure = Figure
js-networks-value = Value
js-networks-rank = Rank
js-networks-rank-of = { $rank } of { $count }
js-networks-figures-wait = The figures are being computed …
js-networks-neighbours = Neighbours: { $count }
js-networks-neighbours-more = and { $count } more
js-networks-weight = strength { $weight }
js-networks-evidence = Evidence
js-networks-evidence-of = Evidence for the tie between { $a } and { $b }
js-networks-evidence-none = No statement is visible to you.
js-networks-evidence-role = role: { $role }
js-networks-evidence-source = Source
js-networks-evidence-graph = Data set
js-networks-evidence-all = All statements (JSON)
js-networks-close = Close
js-networks-path-from-here = Path from here
js-networks-path-to-here = Path to here
js-networks-path-title = From { $a } to { $b }
js-networks-path-steps = { $a } and { $b } are { $count } ties apart: { $list }.
js-networks-path-direct = { $a } and { $b } are tied directly.
js-networks-path-same = Choose two different nodes.
js-networks-path-none = There is no path between { $a } and { $b } in what is drawn.
js-networks-path-choose = Choose a node at both ends.
js-networks-path-partly = Only the strongest ties are drawn; a shorter path may exist.
js-networks-path-undirected = Directions are ignored.
js-networks-path-links = The ties on the way
js-networks-found = Names that fit: { $count }
js-networks-found-none = No name fits
js-networks-selected = Selected: { $name }; ties: { $count }
js-networks-cleared = Nothing is selected
js-networks-name = Name
js-networks-select = Select { $name }
js-networks-previous = Previous
js-networks-next = Next
js-networks-page = { $first } to { $last } of { $count }
js-networks-table-caption = Nodes of the network, { $count } in all
js-networks-yes = yes
js-networks-no = no
js-networks-edges-on-move = Ties are hidden while the drawing moves, so that it keeps up.
js-networks-cite = Weft, network { $title }, data version { $version }, { $date }
js-networks-copied = The link is copied
js-networks-full-on = Leave full screen
js-networks-full-off = Full screen
js-networks-alone-folded = Without ties, not drawn: { $count }.
js-networks-alone-shown = Without ties, drawn, too: { $count }.
js-networks-alone-show = Show
js-networks-alone-fold = Leave out
js-networks-size-means = Size: { $name }
js-networks-several = Whoever belongs to several has several colours.
