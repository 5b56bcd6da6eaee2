package api

import (
	"time"

	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/org"
)

// Webhook is where one of the provider's other systems is told what happens. Its secret is shown when it is made, and never
// again.
type Webhook struct {
	ID           id.Webhook   `json:"id"`
	URL          string       `json:"url"`
	Types        []event.Type `json:"types" doc:"Types of events that it is told; none: all"`
	Active       bool         `json:"active"`
	Why          string       `json:"why,omitempty" enum:"gone,failing" doc:"The portal deactivated it: it answered 410, or took nothing for five days"`
	FailingSince time.Time    `json:"failing_since,omitzero" doc:"It took nothing since"`
	FormerUntil  time.Time    `json:"former_until,omitzero" doc:"Until then the secret before this one signs too"`
	Waiting      int          `json:"waiting" doc:"Events that it is still to be told"`
	Version      int64        `json:"version"`
	CreatedAt    time.Time    `json:"created_at"`
	CreatedBy    string       `json:"created_by"`
}

// Webhooks are all webhooks, and what one can subscribe to.
type Webhooks struct {
	Webhooks []Webhook    `json:"webhooks"`
	Types    []event.Type `json:"types"`
}

// WebhookSecret is a webhook with the secret that its deliveries are signed with, shown this once.
type WebhookSecret struct {
	Webhook
	Secret string `json:"secret" doc:"whsec_ and base64, as the Standard Webhooks libraries take it" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="`
}

// DeliveryState says how far a delivery is.
type DeliveryState string

const (
	DeliveryWaiting   DeliveryState = "waiting"
	DeliverySending   DeliveryState = "sending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryDead      DeliveryState = "dead" // given up
)

// Delivery is one event on its way to a webhook.
type Delivery struct {
	ID       id.Delivery     `json:"id"`
	Seq      int64           `json:"seq" doc:"Counts events in the order in which they happened"`
	Event    id.WebhookEvent `json:"event" doc:"What it is sent with as webhook-id, at every attempt"`
	Type     event.Type      `json:"type"`
	State    DeliveryState   `json:"state" enum:"waiting,sending,delivered,dead"`
	At       time.Time       `json:"at" doc:"When it happened"`
	Attempts int             `json:"attempts"`
	NextAt   time.Time       `json:"next_at,omitzero" doc:"When it is tried next, while it waits"`
	EndedAt  time.Time       `json:"ended_at,omitzero" doc:"When it was delivered or given up"`
	Status   int             `json:"status,omitempty" doc:"Of the last answer; none came without it"`
	Error    string          `json:"error,omitempty" doc:"Why the last attempt failed, in English"`
}

// Deliveries are a page of a webhook's deliveries, newest first.
type Deliveries struct {
	Deliveries []Delivery `json:"deliveries"`
	More       bool       `json:"more"`
}

type WebhookIn struct {
	Webhook id.Webhook `path:"webhook" format:"uuid" doc:"Webhook"`
}

type CreateWebhookIn struct {
	Body struct {
		URL   string       `json:"url" minLength:"1" maxLength:"500" doc:"https; http on the portal's own machine" example:"https://crm.example.com/countersign"`
		Types []event.Type `json:"types" maxItems:"50" doc:"Types of events that it is told; none: all" example:"[\"contact.created\",\"contact.updated\"]"`
	}
}

type UpdateWebhookIn struct {
	WebhookIn
	Body struct {
		URL     string       `json:"url" minLength:"1" maxLength:"500" doc:"https; http on the portal's own machine" example:"https://crm.example.com/countersign"`
		Types   []event.Type `json:"types" maxItems:"50" doc:"Types of events that it is told; none: all" example:"[\"contact.created\",\"contact.updated\"]"`
		Active  bool         `json:"active" doc:"Deactivated, it is told nothing, and what waits for it is given up"`
		Version int64        `json:"version" minimum:"1" doc:"Of the webhook as it was shown"`
	}
}

type DeliveriesIn struct {
	WebhookIn
	Page
}

type DeliveryIn struct {
	WebhookIn
	Delivery id.Delivery `path:"delivery" format:"uuid" doc:"Delivery"`
}

const webhookPath = "/api/staff/webhooks"

var (
	ListWebhooks = Endpoint[None, Webhooks]{Spec{Name: "list-webhooks", Method: get, Path: webhookPath,
		Summary: "Administrator: where other systems are told what happens", Policy: Policy{Staff: org.Administrator}}}
	CreateWebhook = Endpoint[CreateWebhookIn, WebhookSecret]{Spec{Name: "create-webhook", Method: post, Path: webhookPath,
		Summary: "Administrator: create a webhook; its secret is shown this once", Policy: Policy{Staff: org.Administrator}, StepUp: true}}
	UpdateWebhook = Endpoint[UpdateWebhookIn, Webhook]{Spec{Name: "update-webhook", Method: put, Path: webhookPath + "/{webhook}",
		Summary: "Administrator: change a webhook, deactivate or reactivate it", Policy: Policy{Staff: org.Administrator}, StepUp: true}}
	DeleteWebhook = Endpoint[WebhookIn, None]{Spec{Name: "delete-webhook", Method: del, Path: webhookPath + "/{webhook}",
		Summary: "Administrator: delete a webhook, with what it was told", Policy: Policy{Staff: org.Administrator}, StepUp: true}}
	RollWebhookSecret = Endpoint[WebhookIn, WebhookSecret]{Spec{Name: "roll-webhook-secret", Method: post, Path: webhookPath + "/{webhook}/secret",
		Summary: "Administrator: make a new secret; the one before signs too for a day", Policy: Policy{Staff: org.Administrator}, StepUp: true}}
	TestWebhook = Endpoint[WebhookIn, Delivery]{Spec{Name: "test-webhook", Method: post, Path: webhookPath + "/{webhook}/test",
		Summary: "Administrator: send a test event", Policy: Policy{Staff: org.Administrator}, StepUp: true, Rate: Costly}}
	ListDeliveries = Endpoint[DeliveriesIn, Deliveries]{Spec{Name: "list-webhook-deliveries", Method: get, Path: webhookPath + "/{webhook}/deliveries",
		Summary: "Administrator: what a webhook was told and is to be told, newest first; kept for 30 days", Policy: Policy{Staff: org.Administrator}}}
	Redeliver = Endpoint[DeliveryIn, Delivery]{Spec{Name: "redeliver-to-webhook", Method: post, Path: webhookPath + "/{webhook}/deliveries/{delivery}/send",
		Summary: "Administrator: send an event again, as the same one", Policy: Policy{Staff: org.Administrator}, StepUp: true, Rate: Costly}}
)
