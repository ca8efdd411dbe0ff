# La página para escribir consultas.
sparql-title = Preguntar en SPARQL
sparql-lead = SPARQL es el lenguaje de consulta de los datos enlazados: se describe el patrón que se busca, con ?nombres para lo desconocido, y se obtienen todas las coincidencias. Las consultas ven todos los conjuntos de datos a la vez, salvo que indiquen FROM o GRAPH.
sparql-lead-queries = ¿Prefiere no escribir ninguna? Las preguntas listas para ejecutar no lo requieren.
sparql-editor = Editor
sparql-query = Consulta SPARQL
sparql-run = Ejecutar
sparql-cancel = Cancelar
sparql-timeout = Detener tras
sparql-merged = Contar como uno lo que unen los enlaces aceptados
sparql-seconds =
    { $n ->
        [one] { $number } segundo
       *[other] { $number } segundos
    }
sparql-seconds-most =
    { $n ->
        [one] { $number } segundo (el máximo)
       *[other] { $number } segundos (el máximo)
    }
sparql-plan = Mostrar el plan
sparql-format = Ordenar el texto
sparql-keys = Ctrl+Espacio completa prefijos, clases y propiedades; Ctrl+Intro ejecuta; el tabulador sale del editor.
sparql-examples = Ejemplos
sparql-examples-lead = Las preguntas del catálogo como consultas. Elija una para llevarla al editor.
sparql-plan-title = Cómo se ejecuta la consulta
sparql-keep = Conservar, compartir y reutilizar
sparql-copy-link = Copiar el enlace a esta consulta
sparql-short-link = Enlace corto y cita
sparql-save = Guardar con un nombre (para titulares de un token)
sparql-save-lead = Una consulta guardada aparece entre las preguntas para todo el mundo. El token se usa solo para esta petición y no se conserva.
sparql-save-title = Título: la pregunta en lenguaje sencillo
sparql-save-name = Nombre en las direcciones (minúsculas, cifras y guiones)
sparql-save-token = Token
sparql-save-button = Guardar
sparql-history = Lo que ejecutó antes
sparql-history-lead = Se conserva solo en este navegador.
sparql-history-clear = Olvidarlo todo
sparql-program = Desde un programa
sparql-program-lead = Esta dirección habla el protocolo SPARQL 1.1, con GET o POST:
sparql-program-query = la consulta
sparql-program-format = el formato de la respuesta; la cabecera Accept dice lo mismo.
sparql-program-timeout = un plazo más corto que el del servicio, en segundos
sparql-program-version = la respuesta de una versión anterior de los datos, véase
js-sparql-tab = Consulta { $n }
js-sparql-tab-new = Nueva consulta
js-sparql-tab-close = Cerrar { $name }
js-sparql-tabs = Consultas abiertas
js-sparql-completions = Sugerencias
js-sparql-editor-label = Consulta SPARQL. Ctrl+Espacio completa, Ctrl+Intro ejecuta, el tabulador sale.
js-sparql-running = Ejecutando…
js-sparql-cancelled = La consulta se canceló.
js-sparql-done = { $rows } filas en { $seconds } s, versión de los datos { $version }.
js-sparql-done-one = 1 fila en { $seconds } s, versión de los datos { $version }.
js-sparql-done-ask = Respuesta en { $seconds } s, versión de los datos { $version }.
js-sparql-error-place = Línea { $line }, columna { $column }
js-sparql-error-go = Ir allí
js-sparql-used = usos: { $n }
js-sparql-press = Pulse Ctrl+Espacio para completar
js-sparql-plan-summary = Filas: { $rows }. Planificación: { $planning } s; evaluación: { $evaluation } s.
js-sparql-plan-stopped = Se detuvo antes del final: { $why }
js-sparql-plan-query = La consulta tal como se planificó
js-sparql-plan-steps = Pasos, cada uno con los que le dan sus filas debajo
js-sparql-plan-step = Paso
js-sparql-plan-rows = Filas
js-sparql-plan-seconds = Segundos
js-sparql-link-copied = Se ha copiado el enlace: lleva a la respuesta con los datos más recientes.
js-sparql-link-here = El enlace:
js-sparql-short = Enlace corto a esta respuesta, versión de los datos { $version }:
js-sparql-short-fleeting = Este servicio guarda sus datos en memoria, por lo que el enlace lleva a esta versión solo hasta que termine.
js-sparql-cite = Citar como:
js-sparql-saved = Guardada: 
js-sparql-history-at = { $when }, filas: { $rows }
js-sparql-unloaded = No se pudo cargar el editor; el campo de texto hace lo mismo.
