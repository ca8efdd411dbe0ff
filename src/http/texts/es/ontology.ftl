# El vocabulario, las listas de códigos, las correspondencias y las formas.
ontology-title = Ontología
ontology-heading = Las palabras con que están escritos los datos
ontology-lead = Una ontología dice qué clases de cosas existen, qué puede decirse de ellas y qué significa cada palabra. Gracias a ella pueden ponerse lado a lado datos de fuentes distintas, y una cifra significa lo mismo venga de donde venga.
ontology-not-loaded = La ontología no está cargada, por lo que no hay nada que mostrar.
ontology-search = Buscar palabras y códigos
ontology-search-hint = Clases, propiedades, códigos y reglas: por nombre, código o definición, en español o en inglés.
ontology-found = «{ $q }»: { $parts }.
ontology-found-terms =
    { $n ->
        [one] 1 clase o propiedad
       *[other] { $number } clases y propiedades
    }
ontology-found-lists =
    { $n ->
        [one] 1 lista de códigos
       *[other] { $number } listas de códigos
    }
ontology-found-matches =
    { $n ->
        [one] 1 palabra de otro vocabulario
       *[other] { $number } palabras de otros vocabularios
    }
ontology-found-rules =
    { $n ->
        [one] 1 regla que lee datos ajenos
       *[other] { $number } reglas que leen datos ajenos
    }
ontology-found-shapes =
    { $n ->
        [one] 1 regla sobre datos válidos
       *[other] { $number } reglas sobre datos válidos
    }
ontology-nothing = Nada contiene todas estas palabras. Pruebe con una sola palabra o con su comienzo.
ontology-show-all = Mostrar todo
ontology-on-this-page = En esta página
ontology-drawing = El núcleo, de un vistazo
ontology-drawing-text = Las entidades participan en servicios e innovaciones. Una participación o un vínculo es una cosa por sí misma, para que pueda tener papel, instrumento, período, importe y fuente. El sector, el nivel de responsabilidad y la esfera son códigos.
ontology-drawing-label = Las clases del núcleo y las propiedades que las unen; cada recuadro lleva a su definición y una tabla dice lo mismo más abajo
ontology-box = { $name } { $number } en este almacén
ontology-legend-thing = cosas
ontology-legend-relation = relaciones, con papel, período y fuente
ontology-legend-codes = códigos de una lista
ontology-legend-count = El número de cada recuadro dice cuántas hay en este almacén (versión de los datos { $version }).
ontology-drawing-table = Lo mismo en una tabla
ontology-from = De
ontology-joins = Propiedad
ontology-to = A
ontology-classes = Clases
ontology-classes-text = Las clases de cosas de que hablan los datos. El número dice cuántas hay aquí y lleva a ellas.
ontology-classes-things = Cosas y relaciones
ontology-classes-assertions = Afirmaciones con fuente, que pueden contradecirse
ontology-classes-codes = Clases de códigos
ontology-classes-technical = Para resultados calculados, importaciones y comprobaciones
ontology-properties = Propiedades
ontology-properties-text = Lo que puede decirse de las cosas. El número dice cuántas afirmaciones usan aquí la propiedad y lleva a ellas.
ontology-properties-things = Lo que se dice de las cosas
ontology-properties-metrics = Métricas de red, calculadas por el servicio
ontology-instances =
    { $n ->
        [0] ninguna aquí
        [one] 1 aquí
       *[other] { $number } aquí
    }
ontology-uses =
    { $n ->
        [0] sin uso aquí
        [one] 1 afirmación aquí
       *[other] { $number } afirmaciones aquí
    }
ontology-explained = Explicada con un ejemplo
ontology-kind-of = Clase de
ontology-domain = Se dice de
ontology-range = Valor
ontology-lists = Listas de códigos
ontology-lists-lead = Las palabras con que se codifican los datos, para que dos fuentes que quieren decir lo mismo escriban lo mismo. Cada lista dice qué significan sus códigos y de dónde proceden.
ontology-lists-none = No hay listas de códigos en este almacén.
ontology-lists-text = { $lists } listas con { $codes } códigos.
ontology-lists-all = Todas las listas y cuánto se usa cada una
ontology-back = Volver a la ontología
ontology-codes = Códigos
ontology-codes-n =
    { $n ->
        [one] 1 código
       *[other] { $number } códigos
    }
ontology-terms-n =
    { $n ->
        [one] 1 palabra
       *[other] { $number } palabras
    }
ontology-codes-found = Códigos
ontology-codes-cut = Los primeros { $shown } de { $total }; con más palabras se acota la búsqueda.
ontology-concepts-cut = se muestran los primeros { $shown }; los datos los contienen todos
ontology-unused =
    { $n ->
        [one] 1 de ellos no se usa aquí
       *[other] { $number } de ellos no se usan aquí
    }
ontology-uses-caption = «Usos» cuenta las afirmaciones de este almacén que nombran el código, sin las propias listas ni las cifras calculadas (versión de los datos { $version }).
ontology-code = Código
ontology-list = Lista
ontology-meaning = Significado
ontology-under = Dentro de
ontology-elsewhere = En otras listas
ontology-used = Usos
ontology-sources = De dónde procede la lista
ontology-alignments = Otros vocabularios
ontology-alignments-text = Cómo se relacionan las palabras de otros vocabularios con las nuestras. Los datos escritos con ellas pueden cargarse tal como están; las reglas de más abajo los leen.
ontology-foreign-term = Su palabra
ontology-relation = Comparada con la nuestra es
ontology-own-term = Nuestra palabra
ontology-rel-each-of-ours = más amplia: cada una de las nuestras es una de las suyas
ontology-rel-each-of-theirs = más estrecha: cada una de las suyas es una de las nuestras
ontology-rel-wider = de significado más amplio
ontology-rel-narrower = de significado más estrecho
ontology-rel-same = la misma
ontology-rel-close = casi la misma
ontology-rel-related = afín
ontology-rules = Reglas que leen datos ajenos
ontology-rules-text = Cada una dice qué se concluye de qué. Lo que concluyen las reglas se guarda aparte de lo que se afirma, y toda conclusión puede explicarse.
ontology-rules-counts = Cuántas afirmaciones produce cada una aquí:
ontology-shapes = Cómo son los datos válidos
ontology-shapes-text = Estas reglas (formas SHACL) se aplican a los datos antes de que entren. Los incumplimientos se contarían mal; los avisos cuentan, pero como desconocidos; las observaciones harían más útiles los datos.
ontology-shapes-check = Comprobar datos propios
ontology-shape-rules =
    { $n ->
        [one] 1 regla
       *[other] { $number } reglas
    }
ontology-gravity-violation = Incumplimiento
ontology-gravity-warning = Aviso
ontology-gravity-info = Observación
ontology-checks = Qué más se comprueba
ontology-checks-text = Errores que las formas no pueden encontrar: palabras y códigos que no existen, fechas e importes imposibles, direcciones que no llevan a ninguna parte.
ontology-check-rule = Regla
ontology-downloads = Descargas
ontology-download-terms = Clases y propiedades:
ontology-download-all = Todo, con listas de códigos y correspondencias:
ontology-download-graph = el conjunto de datos
ontology-download-context = Para JSON-LD:
ontology-licence = Licencia de la ontología y de sus listas de códigos:
ontology-licence-unless = salvo que una lista indique otra
