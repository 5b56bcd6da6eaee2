// Package client is the portal's side of the conversation with the server, for pages: who is signed in (Session), where
// one is (Place, and Seat for both together), calls that do not block the screen (Call, Load), what is live (Watch),
// and what happens to everybody alike: no connection, an ended sign-in, a password that is asked again.
//
// It draws nothing; the shell in package pages does. It keeps no data of an organization: pages hold what they load.
//
// # Rules for pages
//
//   - A page is given a Seat and calls as its Session, never as another kind of caller.
//   - Call with the context kept from OnMount. A result for a page that has gone is dropped.
//   - Load for reading, Call for acts. Load is repeated silently when the connection returns or a poke comes, and such
//     a repetition does not keep the sign-in alive.
//   - A page that holds typed text says so with Keep, so that nothing typed is lost unasked.
package client
