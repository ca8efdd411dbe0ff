# The questions of the catalogue.
queries-title = Questions that are ready to run
queries-lead = Each question is answered from the data as it is now. Open one, choose the sector or the place that you care about, and read or download the answer. Nothing needs to be written.
queries-find = Find a question
queries-topics = Topics
queries-none = There are no questions in the catalogue.
queries-saved = Saved by others
queries-saved-lead = People with a token have saved these. Who did so is named beside each.
queries-by = by { $owner }
queries-choose = You can choose:
queries-open = Open
queries-edit = Open in the editor
queries-list = The list for programs
queries-list-lead =
    { $n ->
        [one] The one question
       *[other] All { $number } questions with their parameters:
    }
queries-topic-overview = Overview
queries-topic-bridges = Bridges between sectors
queries-topic-sectors = Sectors working together
queries-topic-levels = Levels of responsibility
queries-topic-funding = Funding and dependence
queries-topic-roles = Who takes part, and how formally
queries-topic-spheres = Public, third sector, private and community
queries-topic-integration = How far integration goes
queries-topic-innovation = Innovation
queries-topic-evidence = Evidence and sources
queries-topic-services = Services, places and target groups
queries-topic-other = Other questions
js-queries-found-one = 1 question
js-queries-found = { $n } questions
js-queries-found-none = No question has all of these words. Try fewer of them.
