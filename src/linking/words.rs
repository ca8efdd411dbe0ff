//! What is known of the words in names of bodies: legal forms, kinds of body, abbreviations, small
//! words, and names of places that two languages spell differently.
//!
//! Words stand here as [`super::names`] makes them: lower case, without accents, without the
//! plural `s`. The lists are those of the languages that the data of this project speaks (en, es,
//! ca, gl, eu, fr, de, it, pt, nl), with the kinds of body and legal forms that are most frequent in
//! da, sv, no and pl; a word of another language is simply a word.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The legal forms: the name by which two are compared, and the words that say it. Words of one
/// line are one form, so `S.L.`, `S.L.U.` and `sociedad limitada` agree.
const FORMS: &[(&str, &[&str])] = &[
    (
        "sl",
        &[
            "sl",
            "slu",
            "slne",
            "sll",
            "slp",
            "srl",
            "sociedad limitada",
            "sociedad de responsabilidad limitada",
            "sociedad limitada unipersonal",
            "sl unipersonal",
            "sociedad limitada laboral",
            "societat limitada",
            "sociedade limitada",
            "soc limitada",
            "sdad limitada",
            "soc ltda",
            "sdad ltda",
            "s limitada",
            "sociedad ltda",
            "sl unip",
            "sl u",
            "sl l",
            "sl p",
            "sl laboral",
            "s l laboral",
            "slul",
            "sllu",
            "sociedad limitada nueva empresa",
            "sociedad limitada profesional",
            "sociedad limitada de nueva empresa",
            "sociedad de responsabilidad limitada laboral",
            "societa a responsabilita limitata",
            "societat limitada laboral",
            "srls",
            "ltda",
        ],
    ),
    (
        "sa",
        &[
            "sa",
            "sau",
            "sal",
            "saa",
            "sociedad anonima",
            "sociedad anonima unipersonal",
            "societe anonyme",
            "societat anonima",
            "sociedade anonima",
            "soc anonima",
            "s anonima",
            "sociedad anonima laboral",
            "sa laboral",
            "sa u",
            "sa l",
            "sa unipersonal",
            "sa unip",
            "spolka akcyjna",
            "nv sa",
            "sa nv",
        ],
    ),
    (
        "coop",
        &[
            "coop",
            "scoop",
            "s coop",
            "sdad coop",
            "soc coop",
            "sociedad cooperativa",
            "societa cooperativa",
            "scl",
            "sccl",
            "sca",
            "s coop mad",
            "s coop pequena",
            "scrl",
            "kooperativa",
            "koop",
            "societa cooperativa sociale",
            "cooperativa",
            "kooperatiba",
            "s cooperativa",
            "s cooperativa limitada",
            "s coop limitada",
            "s coop ltda",
            "s coop l",
            "s coop v",
            "coop v",
            "s coop and",
            "s coop andaluza",
            "s coop gallega",
            "s coop galega",
            "s coop madrilena",
            "s coop mu",
            "s coop murciana",
            "s coop i s",
            "s coop is",
            "s coop p",
            "s coop peq",
            "coop pequena",
            "scoop pequena",
            "scoopl",
            "sdad cooperativa",
            "soc cooperativa",
            "soc coop ltda",
            "soc coop limitada",
            "sdad coop ltda",
            "sdad coop limitada",
            "sdad coop pequena",
            "sociedad coop",
            "sociedad coop limitada",
            "sociedad cooperativa limitada",
            "sociedad cooperativa pequena",
            "sociedad cooperativa andaluza",
            "sociedad cooperativa madrilena",
            "sociedad cooperativa de trabajo asociado",
            "sociedad cooperativa de iniciativa social",
            "s coop de iniciativa social",
            "cooperativa de iniciativa social",
            "sociedad cooperativa galega",
            "sociedad cooperativa gallega",
            "sociedade cooperativa",
            "sociedade cooperativa galega",
            "societat cooperativa",
            "societat cooperativa limitada",
            "societat cooperativa catalana",
            "societat cooperativa catalana limitada",
            "koop elk",
            "koop e",
            "koop elk txikia",
            "koop txikia",
            "kooperatiba elkartea",
            "kooperatiba txikia",
            "kooperatiba s coop",
            "koop s coop",
            "elk koop",
            "koop elkartea",
            "soc coop sociale",
            "soc coop soc",
            "soc coop arl",
            "soc coop a r l",
            "soc coop a rl",
            "soc coop s",
            "scs",
            "coop sociale",
            "cooperativa sociale",
            "cooperativa social",
            "cooperative",
            "societe cooperative",
            "scarl",
            "eg",
            "spoldzielnia",
            "andelslag",
        ],
    ),
    (
        "cb",
        &[
            "cb",
            "comunidad de bienes",
            "com bienes",
            "comunidad bienes",
        ],
    ),
    (
        "sc",
        &[
            "sc",
            "scp",
            "s civil",
            "soc civil",
            "sdad civil",
            "sociedad civil",
            "sociedad civil particular",
            "societat civil",
            "societat civil particular",
            "societat civil privada",
        ],
    ),
    (
        "ute",
        &["ute", "union temporal de empresas", "union temporal"],
    ),
    (
        "aie",
        &[
            "aie",
            "agrupacion de interes economico",
            "geie",
            "gie",
            "aeie",
            "eeig",
        ],
    ),
    ("sat", &["sat", "sociedad agraria de transformacion"]),
    (
        "gmbh",
        &["gmbh", "ggmbh", "mbh", "gesmbh", "gmbh co kg", "ug"],
    ),
    ("ag", &["ag", "aktiengesellschaft"]),
    ("kg", &["kg", "ohg", "gbr", "og"]),
    ("ev", &["ev", "eingetragener verein"]),
    (
        "ltd",
        &[
            "ltd",
            "limited",
            "ltd by guarantee",
            "lbg",
            "company limited",
            "company limited by guarantee",
            "limited by guarantee",
            "clg",
        ],
    ),
    ("plc", &["plc", "public limited company"]),
    ("dac", &["dac", "designated activity company"]),
    ("llp", &["llp"]),
    ("cic", &["cic", "community interest company"]),
    (
        "cio",
        &["cio", "scio", "charitable incorporated organisation"],
    ),
    ("inc", &["inc", "incorporated", "llc", "corp"]),
    ("spa", &["spa", "societa per azioni"]),
    ("onlus", &["onlus", "odv", "aps", "ets"]),
    (
        "sas",
        &[
            "sas",
            "sasu",
            "sarl",
            "eurl",
            "societe par actions simplifiee",
            "societe a responsabilite limitee",
        ],
    ),
    ("scic", &["scic", "scop"]),
    ("asbl", &["asbl", "vzw", "aisbl", "ivzw"]),
    ("bv", &["bv", "bvba", "cvba"]),
    ("nv", &["nv"]),
    ("lda", &["lda", "unipessoal lda", "limitada", "crl", "ipss"]),
    ("ab", &["ab", "aktiebolag"]),
    ("oy", &["oy", "oyj", "ry"]),
    ("as", &["as", "a s", "asa", "aktieselskab", "aksjeselskap"]),
    (
        "doo",
        &[
            "doo", "dd", "kft", "zrt", "sro", "sp z oo", "sp zoo", "sp z o o",
        ],
    ),
];

/// Kinds of body, in the words of several languages. The first word of this sort in a name says
/// what the body is: two bodies of different kinds are not one.
const KINDS: &[(&str, &[&str])] = &[
    (
        "foundation",
        &[
            "foundation",
            "fundacion",
            "fundacio",
            "fund",
            "fundacao",
            "fondazione",
            "fondation",
            "stiftung",
            "stichting",
            "fundazioa",
            "fundazio",
            "stiftelse",
            "stiftelsen",
            "fond",
            "fonden",
            "fundacja",
            "fondo",
        ],
    ),
    (
        "association",
        &[
            "association",
            "asociacion",
            "associacio",
            "asoc",
            "assoc",
            "associazione",
            "associacao",
            "verein",
            "asosiacion",
            "ass",
            "vereniging",
            "elkartea",
            "elkarte",
            "aso",
            "asociac",
            "asociacio",
            "asociation",
            "forening",
            "foreningen",
            "stowarzyszenie",
        ],
    ),
    (
        "federation",
        &[
            "federation",
            "federacion",
            "federacio",
            "fed",
            "feder",
            "federazione",
            "federacao",
            "federazioa",
            "foderation",
            "verband",
            "forbund",
            "federacja",
        ],
    ),
    (
        "confederation",
        &[
            "confederation",
            "confederacion",
            "confederacio",
            "confed",
            "confederazione",
            "confederacao",
            "konfederation",
            "konfederazioa",
        ],
    ),
    (
        "university",
        &[
            "university",
            "universidad",
            "universitat",
            "universidade",
            "universite",
            "universita",
            "universitaet",
            "universiteit",
            "univ",
            "unibertsitatea",
            "unibertsitate",
            "universitet",
            "universitetet",
            "uniwersytet",
            "uni",
        ],
    ),
    (
        "municipality",
        &[
            "ayuntamiento",
            "ayto",
            "ayutamiento",
            "ayunt",
            "ayt",
            "ajuntament",
            "ajuntamiento",
            "ayuntament",
            "concello",
            "concejo",
            "municipality",
            "municipio",
            "comune",
            "commune",
            "gemeinde",
            "stadt",
            "gemeente",
            "city council",
            "udala",
            "udal",
            "camara municipal",
            "mairie",
            "kommune",
            "kommun",
            "gmina",
            "ville",
            "stadtverwaltung",
        ],
    ),
    (
        "province",
        &[
            "diputacion",
            "diputacio",
            "provincia",
            "province",
            "landkreis",
            "cabildo",
            "diput",
            "deputacion",
            "foru aldundia",
            "aldundia",
        ],
    ),
    (
        "ministry",
        &[
            "ministerio",
            "ministry",
            "ministere",
            "ministero",
            "bundesministerium",
            "ministerium",
            "ministeriet",
            "ministeri",
            "ministerstwo",
            "ministerie",
        ],
    ),
    (
        "department",
        &[
            "consejeria",
            "conselleria",
            "departamento",
            "department",
            "departament",
            "dpto",
            "abteilung",
            "dipartimento",
            "departement",
            "saila",
        ],
    ),
    (
        "faculty",
        &[
            "facultad",
            "faculty",
            "faculdade",
            "facultat",
            "fakultaet",
            "facolta",
        ],
    ),
    (
        "primary school",
        &["cp", "ceip", "ceipso", "cpi", "primary school"],
    ),
    (
        "secondary school",
        &["ies", "secondary school", "gymnasium", "lycee"],
    ),
    (
        "school",
        &[
            "school",
            "colegio",
            "col",
            "ecole",
            "schule",
            "scuola",
            "escuela",
            "escola",
            "ikastetxea",
            "skole",
            "skola",
            "szkola",
        ],
    ),
    ("academy", &["autoescuela", "academia", "academy"]),
    (
        "hospital",
        &[
            "hospital",
            "hopital",
            "ospedale",
            "krankenhaus",
            "klinikum",
            "clinica",
            "clinic",
            "hospitalier",
            "ospitalea",
            "ziekenhuis",
            "sygehus",
            "sjukhus",
            "szpital",
        ],
    ),
    (
        "chamber",
        &[
            "camara", "chamber", "cambra", "camera", "kammer", "chambre", "ganbera", "kamer",
            "izba",
        ],
    ),
    (
        "consortium",
        &[
            "consorcio",
            "consortium",
            "consorci",
            "consorzio",
            "partzuergoa",
        ],
    ),
    (
        "commonwealth",
        &[
            "mancomunidad",
            "mancamunidad",
            "mancomunitat",
            "mancomunidade",
            "mancom",
            "manc",
            "mankomunitatea",
        ],
    ),
    ("parish", &["parroquia", "parish", "pfarrei", "parrocchia"]),
    (
        "institute",
        &[
            "instituto",
            "institute",
            "institut",
            "istituto",
            "institucion",
            "inst",
            "institutua",
            "instituut",
            "institutt",
            "instytut",
            "institutet",
        ],
    ),
    (
        "centre",
        &[
            "centro", "centre", "center", "zentrum", "ctro", "zentroa", "centrum", "senter",
        ],
    ),
    (
        "agency",
        &[
            "agencia", "agency", "agence", "agentur", "agenzia", "agentzia",
        ],
    ),
    (
        "council",
        &[
            "council",
            "consejo",
            "consell",
            "conseil",
            "consiglio",
            "rat",
            "kontseilua",
            "raad",
        ],
    ),
    (
        "government",
        &[
            "gobierno",
            "government",
            "junta",
            "xunta",
            "generalitat",
            "regierung",
            "gobernua",
            "govern",
            "governo",
            "regering",
        ],
    ),
    ("ministry office", &["direccion", "dgii", "sgii", "dg"]),
    (
        "trade union",
        &[
            "sindicato",
            "sindicat",
            "sindikatua",
            "gewerkschaft",
            "sindacato",
        ],
    ),
    ("region", &["region", "regione"]),
];

/// Abbreviations and other spellings of words that are no kind of body.
const SPELLINGS: &[(&str, &[&str])] = &[
    ("general", &["gral", "gnral"]),
    ("our", &["ntra", "nuestra", "nstra"]),
    ("lady", &["sra", "senora"]),
    (
        "saint",
        &[
            "santa", "sta", "san", "santo", "sto", "sant", "saint", "sankt",
        ],
    ),
    (
        "service",
        &[
            "servicio", "serv", "servei", "servizio", "service", "dienst", "servizi",
        ],
    ),
    ("social", &["social", "soc", "sociale", "sozial", "soci"]),
    (
        "spanish",
        &["espanola", "espanol", "espana", "spain", "spanish", "espan"],
    ),
    ("madrilenan", &["madrilena", "madril"]),
    ("regional", &["reg"]),
    ("provincial", &["prov"]),
    ("trade", &["comercio", "commerce", "comerc", "commercio"]),
    ("industry", &["industria", "industry", "industrie"]),
    (
        "navigation",
        &[
            "navegacion",
            "navigation",
            "navegacio",
            "navigazione",
            "schiffahrt",
        ],
    ),
    (
        "polytechnic",
        &[
            "politecnica",
            "politecnico",
            "polytechnique",
            "polytechnic",
            "politecnic",
        ],
    ),
    ("autonomous", &["autonoma", "autonomous", "autonomo"]),
    (
        "research",
        &[
            "investigacion",
            "recerca",
            "research",
            "recherche",
            "forschung",
            "ricerca",
        ],
    ),
    (
        "technology",
        &["tecnologia", "technology", "technologie", "teknologia"],
    ),
    (
        "training",
        &[
            "formacion",
            "formacio",
            "training",
            "formation",
            "formazione",
        ],
    ),
    (
        "work",
        &["treball", "trabajo", "lavoro", "arbeit", "trabalho"],
    ),
    (
        "employment",
        &["empleo", "employment", "emploi", "ocupacio"],
    ),
    (
        "health",
        &[
            "salud",
            "salut",
            "health",
            "sante",
            "salute",
            "gesundheit",
            "osasun",
        ],
    ),
    (
        "company",
        &[
            "empresa",
            "emp",
            "impresa",
            "enpresa",
            "entreprise",
            "bedrijf",
        ],
    ),
    ("insertion", &["insercion", "insercio"]),
    (
        "education",
        &[
            "educacion",
            "education",
            "educacio",
            "bildung",
            "educazione",
        ],
    ),
    (
        "project",
        &[
            "proyecto", "project", "projecte", "projet", "progetto", "projekt",
        ],
    ),
    (
        "development",
        &[
            "desarrollo",
            "development",
            "desenvolupament",
            "sviluppo",
            "entwicklung",
        ],
    ),
    (
        "woman",
        &[
            "mujer", "mujere", "dona", "women", "femme", "frauen", "donne",
        ],
    ),
    (
        "youth",
        &[
            "joven", "jovene", "jove", "youth", "jeune", "giovani", "jugend",
        ],
    ),
    (
        "disability",
        &[
            "discapacidad",
            "discapacitat",
            "disability",
            "handicap",
            "disabilita",
        ],
    ),
    (
        "family",
        &["familia", "famille", "family", "famiglia", "familie"],
    ),
];

/// Places that two languages spell differently.
const PLACES: &[(&str, &[&str])] = &[
    ("girona", &["gerona"]),
    ("lleida", &["lerida", "leria"]),
    ("bizkaia", &["vizcaya"]),
    ("gipuzkoa", &["guipuzcoa", "guipuzkoa"]),
    ("araba", &["alava"]),
    ("ourense", &["orense"]),
    ("euskadi", &["pais vasco", "basque country"]),
    ("coruna", &["corunya"]),
    ("donostia", &["donostia saint sebastian", "saint sebastian"]),
    ("vitoria", &["vitoria gasteiz", "gasteiz"]),
    ("barbastro", &["barbastro monzon"]),
    ("munich", &["muenchen", "munchen", "muenich"]),
    ("cologne", &["koln", "koeln"]),
    ("vienna", &["wien"]),
    ("zurich", &["zuerich"]),
    ("geneva", &["geneve", "genf"]),
    ("brussels", &["bruxelle", "brussel", "bruselas"]),
    ("milan", &["milano"]),
    ("rome", &["roma"]),
    ("turin", &["torino"]),
    ("florence", &["firenze"]),
    ("lisbon", &["lisboa"]),
    ("seville", &["sevilla"]),
    ("saragossa", &["zaragoza"]),
    ("madrid", &["madride"]),
];

/// Words that say little: articles, prepositions, forms of address, `official`.
const SMALL: &[&str] = &[
    "a", "al", "d", "da", "das", "de", "dei", "del", "della", "delle", "dello", "degli", "dell",
    "den", "der", "des", "di", "die", "do", "dos", "du", "e", "el", "els", "en", "et", "for",
    "fur", "fuer", "i", "in", "il", "l", "la", "las", "le", "les", "lo", "los", "o", "of", "on",
    "os", "para", "per", "por", "pour", "the", "und", "van", "von", "voor", "y", "zu", "zur",
    "con", "and", "excmo", "exmo", "excma", "ilmo", "ilustre", "oficial", "privada", "privado",
    "na", "no", "sobre", "su", "sus", "al", "ala", "w", "mit", "with", "un", "una", "dla", "eta",
    "dr", "ley", "perl", "dal", "nel", "sul", "pel", "pels", "als", "amb", "aux", "au", "co",
    "emprea",
];

/// Words that tell apart bodies of one kind in one place: a place may have a university, a
/// polytechnic one and a catholic one.
const QUALIFIERS: &[&str] = &[
    "polytechnic",
    "autonomous",
    "catolica",
    "catholic",
    "cattolica",
    "catolico",
    "pontificia",
    "pontificio",
    "tecnica",
    "technical",
    "technische",
    "tecnico",
    "oberta",
    "abierta",
    "open",
    "internacional",
    "international",
    "europea",
    "european",
    "provincial",
    "regional",
    "local",
    "comarcal",
    "territorial",
    "nacional",
    "national",
    "municipal",
    "foral",
    "superior",
    "joven",
    "youth",
    "woman",
    "norte",
    "sur",
    "este",
    "oeste",
    "north",
    "south",
    "east",
    "west",
    "medical",
    "medica",
    "agraria",
    "applied",
    "angewandte",
];

/// Countries and their greater parts, as words of names: what a name has of these beyond another
/// makes it that of a branch or a national company. Towns are learnt from the names themselves.
const REGIONS: &[&str] = &[
    "spanish",
    "iberica",
    "iberia",
    "iberian",
    "uk",
    "ireland",
    "germany",
    "deutschland",
    "alemania",
    "france",
    "francia",
    "italy",
    "italia",
    "portugal",
    "belgium",
    "belgique",
    "belgica",
    "nederland",
    "netherland",
    "holland",
    "austria",
    "osterreich",
    "oesterreich",
    "suisse",
    "schweiz",
    "switzerland",
    "sweden",
    "sverige",
    "norway",
    "norge",
    "denmark",
    "danmark",
    "finland",
    "suomi",
    "poland",
    "polska",
    "polonia",
    "europe",
    "europa",
    "usa",
    "scotland",
    "england",
    "wale",
    "andalucia",
    "aragon",
    "asturia",
    "baleare",
    "balear",
    "canaria",
    "cantabria",
    "castilla",
    "leon",
    "mancha",
    "catalunya",
    "cataluna",
    "catalonia",
    "extremadura",
    "galicia",
    "rioja",
    "navarra",
    "nafarroa",
    "euskadi",
    "murcia",
    "valencia",
    "madrid",
    "bizkaia",
    "gipuzkoa",
    "araba",
    "ceuta",
    "melilla",
    "bayern",
    "bavaria",
    "sachsen",
    "hessen",
    "thuringen",
    "brandenburg",
    "lombardia",
    "lazio",
    "piemonte",
    "toscana",
    "sicilia",
    "sardegna",
    "veneto",
    "bretagne",
    "normandie",
    "occitanie",
    "flander",
    "vlaanderen",
    "wallonie",
    "madrilenan",
    "valenciana",
    "valenciano",
    "aragonesa",
    "aragone",
    "aragonese",
    "murciana",
    "murciano",
    "riojana",
    "riojano",
    "navarra",
    "navarro",
    "cantabra",
    "cantabro",
    "asturiana",
    "asturiano",
    "gallega",
    "gallego",
    "galega",
    "andaluza",
    "andaluz",
    "extremena",
    "canario",
    "catalana",
    "catala",
    "vasca",
    "vasco",
    "euskal",
    "vizcaina",
    "guipuzcoana",
    "alavesa",
    "manchega",
    "leonesa",
    "zaragozana",
    "turolense",
    "oscense",
    "sevillana",
    "barcelonesa",
    "toledana",
    "soriana",
    "burgalesa",
    "onubense",
    "gaditana",
    "cordobesa",
    "granadina",
    "malaguena",
    "jienense",
    "almeriense",
    "british",
    "irish",
    "scottish",
    "welsh",
    "deutsche",
    "italiana",
    "italiano",
    "francaise",
    "portuguesa",
    "portugues",
    "nederlandse",
];

/// Kinds of body of which a place has one, so that kind and place are as good as a name.
const ONE_IN_A_PLACE: &[&str] = &[
    "municipality",
    "province",
    "university",
    "chamber",
    "ministry",
    "government",
    "region",
];

/// One word, or several that stand for one.
pub(super) struct Phrases {
    /// By the first word: the whole phrase and what it stands for, the longest first.
    by_first: HashMap<&'static str, Vec<(Vec<&'static str>, &'static str)>>,
}

impl Phrases {
    fn new(lists: &[&'static [(&'static str, &'static [&'static str])]]) -> Self {
        let mut by_first: HashMap<_, Vec<(Vec<_>, _)>> = HashMap::new();
        for (meaning, phrases) in lists.iter().flat_map(|list| list.iter()) {
            for phrase in phrases.iter() {
                let words: Vec<&str> = phrase.split(' ').collect();
                if let Some(first) = words.first() {
                    by_first.entry(*first).or_default().push((words, *meaning));
                }
            }
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        Self { by_first }
    }

    /// What the words at the beginning stand for, and how many they are.
    pub(super) fn at(&self, words: &[String]) -> Option<(usize, &'static str)> {
        let phrases = self.by_first.get(words.first()?.as_str())?;
        phrases
            .iter()
            .find(|(phrase, _)| {
                phrase.len() <= words.len()
                    && phrase.iter().zip(words).all(|(known, word)| *known == word)
            })
            .map(|(phrase, meaning)| (phrase.len(), *meaning))
    }
}

pub(super) static LEGAL_FORMS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[FORMS]));
pub(super) static MEANINGS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(&[KINDS, SPELLINGS, PLACES]));
static KIND_NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| KINDS.iter().map(|(kind, _)| *kind).collect());
static GENERAL: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    KINDS
        .iter()
        .chain(SPELLINGS)
        .map(|(meaning, _)| *meaning)
        .collect()
});
static SMALL_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| SMALL.iter().copied().collect());

/// Known words of so many letters are recognised with a slip of the pen.
const SLIPS_FROM: usize = 8;
/// Kinds of body of so many letters, with two.
const TWO_SLIPS_FROM: usize = 10;

/// The long known words by their first two letters.
static LONG_WORDS: LazyLock<HashMap<&'static str, Vec<(&'static str, &'static str)>>> =
    LazyLock::new(|| {
        let mut words: HashMap<_, Vec<_>> = HashMap::new();
        for (meaning, spellings) in KINDS.iter().chain(SPELLINGS).chain(PLACES) {
            for word in *spellings {
                let is_long = word.len() >= SLIPS_FROM && !word.contains(' ');
                if let (true, Some(first)) = (is_long, word.get(..2)) {
                    words.entry(first).or_default().push((*word, *meaning));
                }
            }
        }
        words
    });

/// What a word means that is a known one but for a letter too many, too few, wrong, or two in the
/// wrong order. The last letter is no slip: `industrial` is not `industria`.
/// Of a kind of body in ten letters and more two slips are forgiven (`asociaciacion`).
pub(super) fn nearly(word: &str) -> Option<&'static str> {
    if word.len() + 1 < SLIPS_FROM {
        return None;
    }
    let last = word.chars().next_back();
    let words = LONG_WORDS.get(word.get(..2)?)?;
    words
        .iter()
        .find(|(known, meaning)| {
            let is_long = known.len() >= TWO_SLIPS_FROM && is_kind(meaning);
            let most = if is_long && known.get(..4) == word.get(..4) {
                2
            } else {
                1
            };
            known.len().abs_diff(word.len()) <= most
                && known.chars().next_back() == last
                && strsim::osa_distance(known, word) <= most
        })
        .map(|(_, meaning)| *meaning)
}

/// Whether a meaning is a kind of body.
pub(super) fn is_kind(meaning: &str) -> bool {
    KIND_NAMES.contains(meaning)
}

/// Whether a meaning is one that many bodies have in their names, in every language: a kind of
/// body, or a word such as `social`. Places are not among them.
pub(super) fn is_general(meaning: &str) -> bool {
    GENERAL.contains(meaning)
}

/// Whether a word says little.
pub(super) fn is_small(word: &str) -> bool {
    SMALL_WORDS.contains(word)
}

static QUALIFYING: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| QUALIFIERS.iter().copied().collect());
static REGION_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let places = PLACES.iter().map(|(place, _)| *place);
    REGIONS.iter().copied().chain(places).collect()
});

/// Whether a word tells apart bodies of one kind in one place.
pub(super) fn is_qualifier(word: &str) -> bool {
    QUALIFYING.contains(word)
}

/// Whether a word is the name of a country, a region or a large town.
pub(super) fn is_region(word: &str) -> bool {
    REGION_NAMES.contains(word)
}

/// Whether a place has but one body of the kind.
pub(super) fn is_one_in_a_place(kind: &str) -> bool {
    ONE_IN_A_PLACE.contains(&kind)
}
