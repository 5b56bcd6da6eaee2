package server

import (
	"net/http"
	"time"

	"countersign/shared/api"
	"countersign/shared/id"
)

// Cookies of the sign-in pages beside those that carry tokens.

const (
	ticketCookie = "cs_ticket" // a sign-in half way: the password was right, the second factor is asked
	deviceCookie = "cs_device" // which logins this browser was used for; no credential
	localeCookie = "cs_locale" // the language chosen before anybody is known

	deviceLasts = 180 * 24 * time.Hour
	localeLasts = 365 * 24 * time.Hour
	loginLasts  = 400 * 24 * time.Hour // the most that browsers allow
)

func (c cookies) read(r *http.Request, name string) string {
	ck, err := r.Cookie(c.host(name))
	if err != nil {
		return ""
	}
	return ck.Value
}

// keep gives the browser a cookie for a time; without a time, or for less than a second, it is taken away.
func (c cookies) keep(w http.ResponseWriter, name, value string, mode http.SameSite, lasts time.Duration) {
	http.SetCookie(w, c.kept(name, value, mode, lasts))
}

func (c cookies) kept(name, value string, mode http.SameSite, lasts time.Duration) *http.Cookie {
	ck := &http.Cookie{Name: c.host(name), Value: value, Path: "/", HttpOnly: true, Secure: c.secure, SameSite: mode, MaxAge: int(lasts / time.Second)}
	if ck.MaxAge <= 0 {
		ck.Value, ck.MaxAge = "", -1
	}
	return ck
}

// setLogin tells the program who signed in, see api.LoginCookie; "" takes it away. Nothing is read of it here.
func (c cookies) setLogin(w http.ResponseWriter, as api.As, l id.Login) {
	lasts := time.Duration(loginLasts)
	if l == "" {
		lasts = 0
	}
	ck := c.kept(api.LoginCookie(as), string(l), http.SameSiteStrictMode, lasts)
	ck.HttpOnly = false
	http.SetCookie(w, ck)
}

func (c cookies) ticket(r *http.Request) string { return c.read(r, ticketCookie) }

func (c cookies) setTicket(w http.ResponseWriter, value string, lasts time.Duration) {
	c.keep(w, ticketCookie, value, http.SameSiteStrictMode, lasts)
}

func (c cookies) device(r *http.Request) string { return c.read(r, deviceCookie) }

func (c cookies) setDevice(w http.ResponseWriter, value string) {
	c.keep(w, deviceCookie, value, http.SameSiteLaxMode, deviceLasts)
}

func (c cookies) locale(r *http.Request) string { return c.read(r, localeCookie) }

func (c cookies) setLocale(w http.ResponseWriter, value string) {
	c.keep(w, localeCookie, value, http.SameSiteLaxMode, localeLasts)
}
