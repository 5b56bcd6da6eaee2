package i18n

const enServer, frServer = "", ""
