package portal

import (
	"strings"

	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/service"
)

// Services and domains as the provider's billing system keeps them. Whom they are assigned to is the customer's to say, and
// is neither told here nor changed.

// PutProviderService makes a service, or says how it is to be.
func (s *Service) PutProviderService(tx *Tx, in *api.PutServiceIn) (api.PutServiceAnswer, error) {
	return tx.putOwned(service.Service, in)
}

// PutProviderDomain makes a domain, or says how it is to be.
func (s *Service) PutProviderDomain(tx *Tx, in *api.PutServiceIn) (api.PutServiceAnswer, error) {
	return tx.putOwned(service.Domain, in)
}

func (tx *Tx) putOwned(kind service.Kind, in *api.PutServiceIn) (out api.PutServiceAnswer, err error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return out, err
	}
	before, err := tx.ServiceByKey(tx, k.ID, kind, strings.TrimSpace(in.Key))
	if out.Created = errs.Is(err, errs.NotFound); out.Created {
		before, err = &service.Owned{Org: k.ID, Kind: kind, Key: in.Key}, nil
	}
	if err != nil {
		return out, err
	}
	now, b := *before, &in.Body
	now.Name, now.Product, now.RenewsOn, now.EndsOn = b.Name, b.Product, b.RenewsOn, b.EndsOn
	if err := now.Follow(b.State); err != nil {
		return out, err
	}
	if err := now.Check(); err != nil {
		return out, located(err, "key", "path.key")
	}
	if now.Key == "" {
		return out, errs.BadField("path.key", "error.field.required")
	}
	if out.Created {
		err = tx.addOwned(&now)
	} else {
		err = tx.changeOwned(before, &now)
	}
	out.ProviderService = toldService(&now)
	return out, err
}

func (tx *Tx) addOwned(o *service.Owned) error {
	o.ID = newID[id.Service](tx)
	if err := tx.AddService(tx, o); err != nil {
		return located(err, "key", "path.key")
	}
	return tx.record(change{stream: live.Of(o.Org), kind: audit.ServiceCreated, object: string(o.ID), pokes: both(live.Services, o.Org, string(o.ID)),
		detail: map[string]string{"name": o.Name, "owned": string(o.Kind), "key": o.Key}})
}

// changeOwned writes what differs; where nothing does, nothing happens.
func (tx *Tx) changeOwned(before, now *service.Owned) error {
	var d difference
	d.note("name", before.Name, now.Name)
	d.note("product", before.Product, now.Product)
	d.note("state", string(before.State), string(now.State))
	d.note("renews_on", before.RenewsOn, now.RenewsOn)
	d.note("ends_on", before.EndsOn, now.EndsOn)
	if before.Cancelled && !now.Cancelled && before.State == now.State {
		d.mark("state") // the billing system follows
	}
	if len(d.what) == 0 {
		return nil
	}
	if err := tx.SaveService(tx, now); err != nil {
		return err
	}
	detail := d.told(now.Name)
	detail["owned"], detail["key"] = string(now.Kind), now.Key
	return tx.record(change{stream: live.Of(now.Org), kind: audit.ServiceChanged, object: string(now.ID), detail: detail,
		pokes: both(live.Services, now.Org, string(now.ID))})
}

func toldService(o *service.Owned) api.ProviderService {
	return api.ProviderService{ID: o.ID, Key: o.Key, Name: o.Name, Product: o.Product, State: o.State, RenewsOn: o.RenewsOn, EndsOn: o.EndsOn,
		ChangedAt: o.ChangedAt}
}

// EndProviderService ends a service. To ask for it again does no harm.
func (s *Service) EndProviderService(tx *Tx, in *api.ProviderServiceIn) (api.ProviderService, error) {
	return tx.endOwned(service.Service, in)
}

// EndProviderDomain ends a domain. To ask for it again does no harm.
func (s *Service) EndProviderDomain(tx *Tx, in *api.ProviderServiceIn) (api.ProviderService, error) {
	return tx.endOwned(service.Domain, in)
}

func (tx *Tx) endOwned(kind service.Kind, in *api.ProviderServiceIn) (api.ProviderService, error) {
	before, err := tx.ownedByKey(kind, in)
	if err != nil {
		return api.ProviderService{}, err
	}
	now := *before
	if err := now.Follow(service.Ended); err != nil {
		return api.ProviderService{}, err
	}
	err = tx.changeOwned(before, &now)
	return toldService(&now), err
}

// GetProviderService is one service.
func (s *Service) GetProviderService(tx *Tx, in *api.ProviderServiceIn) (api.ProviderService, error) {
	return tx.toldOwned(service.Service, in)
}

// GetProviderDomain is one domain.
func (s *Service) GetProviderDomain(tx *Tx, in *api.ProviderServiceIn) (api.ProviderService, error) {
	return tx.toldOwned(service.Domain, in)
}

func (tx *Tx) toldOwned(kind service.Kind, in *api.ProviderServiceIn) (api.ProviderService, error) {
	o, err := tx.ownedByKey(kind, in)
	if err != nil {
		return api.ProviderService{}, err
	}
	return toldService(o), nil
}

// ownedByKey is the service or domain that the provider's own key names.
func (tx *Tx) ownedByKey(kind service.Kind, in *api.ProviderServiceIn) (*service.Owned, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return nil, err
	}
	return tx.ServiceByKey(tx, k.ID, kind, strings.TrimSpace(in.Key))
}

// ListProviderServices is a page of services by key.
func (s *Service) ListProviderServices(tx *Tx, in *api.ProviderServicesIn) (api.ProviderServices, error) {
	return tx.listOwned(service.Service, in)
}

// ListProviderDomains is a page of domains by key.
func (s *Service) ListProviderDomains(tx *Tx, in *api.ProviderServicesIn) (api.ProviderServices, error) {
	return tx.listOwned(service.Domain, in)
}

func (tx *Tx) listOwned(kind service.Kind, in *api.ProviderServicesIn) (api.ProviderServices, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return api.ProviderServices{}, err
	}
	list, err := tx.ServicesByKey(tx, k.ID, kind, in.After, in.Limit+1)
	if err != nil {
		return api.ProviderServices{}, err
	}
	out := api.ProviderServices{Services: []api.ProviderService{}}
	list, out.Next = next(list, in.Limit, func(o *service.Owned) string { return o.Key })
	for i := range list {
		out.Services = append(out.Services, toldService(&list[i]))
	}
	return out, nil
}
