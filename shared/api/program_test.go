package api_test

import (
	"net/url"
	"testing"

	"countersign/shared/api"
)

func TestStaffPage(t *testing.T) {
	for address, staffs := range map[string]bool{
		"/": false, "/hub": true, "/hub/remote-support?q=1": true, "/hubs": false, "/organizations/1": true, "/staff": true, "/audit?org=1": true, "/settings": true,
		"/o/1/home": false, "/o/1/audit": false, "/support/1/home": false, "/view-as/1/2/home": false, "/account": false, "/account?as=customer": false,
		"/account?as=staff": true, "/account/hub": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := api.StaffPage(u); got != staffs {
			t.Errorf("%s: %v", address, got)
		}
	}
}
