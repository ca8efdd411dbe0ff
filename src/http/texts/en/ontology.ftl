# The vocabulary, the code lists, the alignments and the shapes.
ontology-title = Ontology
ontology-heading = The words that the data is written in
ontology-lead = An ontology says which kinds of things there are, what can be said of them, and what each word means. With it, data from different sources can be put side by side, and a figure means the same wherever it comes from.
ontology-not-loaded = The ontology has not been loaded, so there is nothing to show.
ontology-search = Search words and codes
ontology-search-hint = Classes, properties, codes, rules: by name, code or definition, in English or Spanish.
ontology-found = “{ $q }”: { $parts }.
ontology-found-terms =
    { $n ->
        [one] 1 class or property
       *[other] { $number } classes and properties
    }
ontology-found-lists =
    { $n ->
        [one] 1 code list
       *[other] { $number } code lists
    }
ontology-found-matches =
    { $n ->
        [one] 1 word of another vocabulary
       *[other] { $number } words of other vocabularies
    }
ontology-found-rules =
    { $n ->
        [one] 1 rule that reads foreign data
       *[other] { $number } rules that read foreign data
    }
ontology-found-shapes =
    { $n ->
        [one] 1 rule for valid data
       *[other] { $number } rules for valid data
    }
ontology-nothing = Nothing has all of these words. Try one word, or its beginning.
ontology-show-all = Show everything
ontology-on-this-page = On this page
ontology-drawing = The core at a glance
ontology-drawing-text = Actors take part in services and innovations. A participation or a tie is a thing of its own, so that it can have a role, an instrument, a time, an amount and a source. Sector, level of responsibility and sphere are codes.
ontology-drawing-label = The core classes and the properties that join them; each box leads to its definition, and a table below says the same
ontology-box = { $name } { $number } in this store
ontology-legend-thing = things
ontology-legend-relation = relations, with role, time and source
ontology-legend-codes = codes from a list
ontology-legend-count = The number in a box says how many there are in this store (data version { $version }).
ontology-drawing-table = The same as a table
ontology-from = From
ontology-joins = Property
ontology-to = To
ontology-classes = Classes
ontology-classes-text = The kinds of things that the data speaks of. The number says how many there are here, and asks for them.
ontology-classes-things = Things and relations
ontology-classes-assertions = Statements with a source, which may conflict
ontology-classes-codes = Kinds of codes
ontology-classes-technical = For computed results, imports and checks
ontology-properties = Properties
ontology-properties-text = What can be said of things. The number says how many statements use the property here, and asks for them.
ontology-properties-things = What is said of things
ontology-properties-metrics = Network metrics, computed by the service
ontology-instances =
    { $n ->
        [0] none here
        [one] 1 here
       *[other] { $number } here
    }
ontology-uses =
    { $n ->
        [0] not used here
        [one] 1 statement here
       *[other] { $number } statements here
    }
ontology-explained = Explained with an example
ontology-kind-of = A kind of
ontology-domain = Said of
ontology-range = Value
ontology-lists = Code lists
ontology-lists-lead = The words that data is coded with, so that two sources which mean the same write the same. Each list says what its codes mean and where they come from.
ontology-lists-none = There are no code lists in this store.
ontology-lists-text = { $lists } lists with { $codes } codes.
ontology-lists-all = All lists, with how often each is used
ontology-back = Back to the ontology
ontology-codes = Codes
ontology-codes-n =
    { $n ->
        [one] 1 code
       *[other] { $number } codes
    }
ontology-terms-n =
    { $n ->
        [one] 1 word
       *[other] { $number } words
    }
ontology-codes-found = Codes
ontology-codes-cut = The first { $shown } of { $total }; more words narrow it down.
ontology-concepts-cut = the first { $shown } are shown; the data has all of them
ontology-unused =
    { $n ->
        [one] 1 of them is not used here
       *[other] { $number } of them are not used here
    }
ontology-uses-caption = “Used” counts the statements of this store that name the code, without the lists themselves and computed figures (data version { $version }).
ontology-code = Code
ontology-list = List
ontology-meaning = Meaning
ontology-under = Below
ontology-elsewhere = In other lists
ontology-used = Used
ontology-sources = Where the list comes from
ontology-alignments = Other vocabularies
ontology-alignments-text = How words of other vocabularies relate to ours. Data written in them can be loaded as it is; the rules below read it.
ontology-foreign-term = Their word
ontology-relation = Compared with ours it is
ontology-own-term = Our word
ontology-rel-each-of-ours = wider: each of ours is one of theirs
ontology-rel-each-of-theirs = narrower: each of theirs is one of ours
ontology-rel-wider = wider in meaning
ontology-rel-narrower = narrower in meaning
ontology-rel-same = the same
ontology-rel-close = nearly the same
ontology-rel-related = related
ontology-rules = Rules that read foreign data
ontology-rules-text = Each says what is concluded from what. What rules conclude stays apart from what is stated, and every conclusion can be explained.
ontology-rules-counts = How many statements each yields here:
ontology-shapes = What valid data looks like
ontology-shapes-text = These rules (SHACL shapes) are tried on data before it lands. Violations would be counted wrongly; warnings count, but as unknown; remarks would make the data more useful.
ontology-shapes-check = Check data of your own
ontology-shape-rules =
    { $n ->
        [one] 1 rule
       *[other] { $number } rules
    }
ontology-gravity-violation = Violation
ontology-gravity-warning = Warning
ontology-gravity-info = Remark
ontology-checks = What else is checked
ontology-checks-text = Mistakes that shapes cannot find: words and codes that do not exist, dates and amounts that cannot be, addresses that lead nowhere.
ontology-check-rule = Rule
ontology-downloads = Downloads
ontology-download-terms = Classes and properties:
ontology-download-all = All of it, with code lists and alignments:
ontology-download-graph = the data set
ontology-download-context = For JSON-LD:
ontology-licence = Licence of the ontology and its code lists:
ontology-licence-unless = unless a list says otherwise
