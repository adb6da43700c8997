const es = {
  demo: "· demostración", hint: "El cliente escribe a la izquierda; el operador contesta a la derecha.",
  language: "Idioma", live: "en vivo", stale: "sin conexión, reintentando…",
  phones: "Clientes", number: "Número de teléfono", name: "Nombre", addPhone: "Añadir",
  phoneTalk: "Conversación en el teléfono", channel: "Número de la empresa", attach: "Adjuntar archivo",
  writeCustomer: "Escribir como cliente", send: "Enviar",
  chats: "Canales abiertos de Bitrix24", chatTalk: "Conversación del canal abierto", writeOperator: "Responder como operador",
  numbers: "Números de WhatsApp (Gupshup)", connected: "conectado", notConnected: "sin conectar", appId: "App ID", key: "API key",
  noApps: "Todavía no hay números.", faults: "Fallos provocados", none: "Ninguno", badDay: "Un mal día",
  counted: "veces", notices: "Avisos en Bitrix24", complaints: "Lo que el servicio real habría rechazado", nothing: "Nada.",
  online: "encendido", autoRead: "lee al instante", read: "Leer ahora", noPhones: "Añada un teléfono y escriba como cliente.",
  noChats: "Cuando un cliente escriba, su chat aparecerá aquí.", noMessages: "Todavía no hay mensajes.",
  line: "Línea", portal: "Portal",
  states: { waiting: "enviando", parked: "retenido", lost: "perdido", submitted: "aceptado", enqueued: "en cola", sent: "enviado", delivered: "entregado", read: "leído", failed: "falló" },
  kinds: { image: "Imagen", audio: "Audio", voice: "Nota de voz", video: "Vídeo", document: "Documento", sticker: "Sticker", location: "Ubicación", contact: "Contacto", reaction: "Reacción", buttons: "Botones", list: "Lista", button_reply: "Botón", list_reply: "Opción", quick_reply: "Respuesta rápida" },
  faultNames: { duplicate: "Duplicar avisos", reorder: "Desordenar avisos", drop_response: "Perder respuestas", drop_request: "Perder peticiones", http_500: "HTTP 500", http_503: "HTTP 503", html_502: "Página 502", delay_ms: "Demora máx. (ms)" },
};
const en = {
  demo: "· demo", hint: "The customer writes on the left; the operator answers on the right.",
  language: "Language", live: "live", stale: "no connection, trying again…",
  phones: "Customers", number: "Phone number", name: "Name", addPhone: "Add",
  phoneTalk: "Conversation on the phone", channel: "The company's number", attach: "Attach a file",
  writeCustomer: "Write as the customer", send: "Send",
  chats: "Bitrix24 open channels", chatTalk: "Open-channel conversation", writeOperator: "Answer as the operator",
  numbers: "WhatsApp numbers (Gupshup)", connected: "connected", notConnected: "not connected", appId: "App ID", key: "API key",
  noApps: "No numbers yet.", faults: "Faults on demand", none: "None", badDay: "A bad day",
  counted: "times", notices: "Notices in Bitrix24", complaints: "What the real service would have refused", nothing: "Nothing.",
  online: "switched on", autoRead: "reads at once", read: "Read now", noPhones: "Add a phone and write as its customer.",
  noChats: "When a customer writes, the chat appears here.", noMessages: "No messages yet.",
  line: "Line", portal: "Portal",
  states: { waiting: "sending", parked: "parked", lost: "lost", submitted: "accepted", enqueued: "queued", sent: "sent", delivered: "delivered", read: "read", failed: "failed" },
  kinds: { image: "Image", audio: "Audio", voice: "Voice note", video: "Video", document: "Document", sticker: "Sticker", location: "Location", contact: "Contact", reaction: "Reaction", buttons: "Buttons", list: "List", button_reply: "Button", list_reply: "Option", quick_reply: "Quick reply" },
  faultNames: { duplicate: "Duplicate callbacks", reorder: "Reorder callbacks", drop_response: "Lose answers", drop_request: "Lose requests", http_500: "HTTP 500", http_503: "HTTP 503", html_502: "502 page", delay_ms: "Longest delay (ms)" },
};
const pt = {
  demo: "· demonstração", hint: "O cliente escreve à esquerda; o operador responde à direita.",
  language: "Idioma", live: "ao vivo", stale: "sem conexão, tentando de novo…",
  phones: "Clientes", number: "Número de telefone", name: "Nome", addPhone: "Adicionar",
  phoneTalk: "Conversa no telefone", channel: "Número da empresa", attach: "Anexar arquivo",
  writeCustomer: "Escrever como cliente", send: "Enviar",
  chats: "Canais abertos do Bitrix24", chatTalk: "Conversa do canal aberto", writeOperator: "Responder como operador",
  numbers: "Números de WhatsApp (Gupshup)", connected: "conectado", notConnected: "não conectado", appId: "App ID", key: "API key",
  noApps: "Ainda não há números.", faults: "Falhas provocadas", none: "Nenhuma", badDay: "Um dia ruim",
  counted: "vezes", notices: "Avisos no Bitrix24", complaints: "O que o serviço real teria recusado", nothing: "Nada.",
  online: "ligado", autoRead: "lê na hora", read: "Ler agora", noPhones: "Adicione um telefone e escreva como cliente.",
  noChats: "Quando um cliente escrever, a conversa aparecerá aqui.", noMessages: "Ainda não há mensagens.",
  line: "Linha", portal: "Portal",
  states: { waiting: "enviando", parked: "retida", lost: "perdida", submitted: "aceita", enqueued: "na fila", sent: "enviada", delivered: "entregue", read: "lida", failed: "falhou" },
  kinds: { image: "Imagem", audio: "Áudio", voice: "Mensagem de voz", video: "Vídeo", document: "Documento", sticker: "Figurinha", location: "Localização", contact: "Contato", reaction: "Reação", buttons: "Botões", list: "Lista", button_reply: "Botão", list_reply: "Opção", quick_reply: "Resposta rápida" },
  faultNames: { duplicate: "Duplicar avisos", reorder: "Desordenar avisos", drop_response: "Perder respostas", drop_request: "Perder pedidos", http_500: "HTTP 500", http_503: "HTTP 503", html_502: "Página 502", delay_ms: "Atraso máx. (ms)" },
};

const all = { es, en, pt };
const remembered = () => { try { return localStorage.getItem("language"); } catch { return null; } };
const preferred = () => navigator.languages.map((one) => one.slice(0, 2)).find((one) => one in all);

export let language = [new URLSearchParams(location.search).get("lang"), remembered(), preferred(), "es"].find((one) => one in all);

export const texts = () => all[language];

export function speak(chosen) {
  language = chosen;
  try { localStorage.setItem("language", chosen); } catch { /* private browsing */ }
  show();
}

export function show() {
  const now = texts();
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = now[one.dataset.text];
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", now[one.dataset.label]);
  for (const one of document.querySelectorAll("[data-placeholder]")) one.placeholder = now[one.dataset.placeholder];
}
