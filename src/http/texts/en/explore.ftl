# The page that explores actors, services and innovations.
explore-title = Explore
explore-lead = Organisations and other actors, services and documented innovations. Search by name, or narrow the list down by sector, level of responsibility, sphere, place, type and data set.
explore-empty = There are no actors, services or innovations here yet.
explore-empty-how = How to load data
explore-search = Name, or part of a name; only names are searched, typing errors are forgiven
explore-no-words = This text has no letter and no digit, or too many words, so it was not searched for. What is chosen below holds.
explore-unknown-value = `{ $facet }`: nothing here has `{ $value }`
explore-unknown-near = ; there are for example
explore-unknown-without = Show the list without it
explore-text = Name
explore-apply = Show
explore-jump = Skip the filters: to the results
explore-facets = Narrow down
explore-facets-note = Values of one heading are alternatives; the headings must all hold. The number beside a value tells how many remain. A place also stands for the places within it.
explore-facet-kind = Kind
explore-facet-sector = Sector
explore-facet-level = Level
explore-facet-sphere = Sphere
explore-facet-place = Place
explore-facet-type = Type of actor
explore-facet-dataset = Data set
explore-kind-actor = Actor
explore-kind-service = Service
explore-kind-innovation = Innovation
explore-not-recorded = not recorded
explore-more = { $n ->
    [one] one more
   *[other] { $number } more
}
explore-left-out = { $n ->
    [one] One more value is not shown; search for it by name.
   *[other] { $number } more values are not shown; search for them by name.
}
explore-found = { $n ->
    [0] Nothing found
    [one] One result
   *[other] { $number } results
}
explore-chosen = What is chosen
explore-remove = , remove
explore-remove-all = Remove all
explore-values = Are you looking for everything in one of these?
explore-cut = So many names resemble this text that only the 10,000 best are looked at. Add a word.
explore-sort = Order
explore-sort-apply = Sort
explore-sort-usual = usual: best connected, then by name
explore-sort-name = by name
explore-sort-relevance = best match first
explore-sort-connections = most connections first
explore-sort-partners = most partners first
explore-nothing = Nothing is recorded that has all of this. That nothing is recorded does not mean that there is nothing: some actors have no recorded sector, level or place. Choose “not recorded” to see them.
explore-beyond = There are { $total } results; this address asks for what comes after the last of them.
explore-beyond-first = To the first page
explore-range = { $first } to { $last } of { $total }
explore-column-name = Name
explore-column-kind = Kind
explore-column-connections = Connections
explore-connections-means = For an actor: services and innovations that it takes part in, and actors that it has a stated tie with, funds or is funded by. For a service or innovation: actors that take part or fund it.
explore-column-providers = Provider
explore-column-partners = Partners
explore-partners-means = Actors that it shares a service, an innovation or a tie with: its degree in the collaboration network
explore-no-partners-means = Not in the collaboration network
explore-pages = Pages of results
explore-previous = Previous
explore-next = Next
explore-columns-note = Connections: for an actor the services and innovations that it takes part in, with the actors that it has a stated tie with, funds or is funded by; for a service or innovation the actors that take part or fund it. Partners: other actors that it shares a service, an innovation or a tie with; – if it is not in the collaboration network, which leaves out groups of organisations and roles that only document or frame a case.
explore-take = Take the result with you
explore-take-all = { $n ->
    [one] The one row as a file:
   *[other] All { $number } rows as a file:
}
explore-take-page = Rows { $first } to { $last } as a query; its last line, LIMIT and OFFSET, is what keeps it to this page:
explore-sparql = Show as SPARQL
explore-query = The query that gives these rows
explore-cite = Data version { $version }.
explore-cite-how = How to cite
