package pages

import (
	"countersign/app/ui"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// purposeName is what a call purpose is called in the person's language; one that is not known keeps its key.
func purposeName(p *number.Purpose) string {
	if label := p.Labels[string(ui.Locale())]; label != "" {
		return label
	}
	if label := p.Labels["en"]; label != "" {
		return label
	}
	return p.Key
}

// reasonText says why a number or an edit of one was not taken, and what to do.
func reasonText(r number.Reason) string { return ui.T(r.Key()) }

// sign is a state as people see it: its word beside its icon.
type sign struct {
	Tone ui.Tone
	Icon ui.IconName
	Text string
}

// statusSign is the sign of a number's status.
func statusSign(s number.Status) sign {
	text := ui.T("number.status." + string(s))
	switch s {
	case number.Active:
		return sign{ui.OK, ui.IconCircleCheck, text}
	case number.Pending:
		return sign{ui.Info, ui.IconClock, text}
	case number.Rejected:
		return sign{ui.Bad, ui.IconCircleAlert, text}
	case number.Suspended:
		return sign{ui.Warn, ui.IconBan, text}
	}
	return sign{ui.Neutral, ui.IconCircleDashed, text}
}

// badgeSign is the sign of how far the person's edits of a number are; false when there is nothing to say.
func badgeSign(b replica.Badge) (sign, bool) {
	switch b {
	case replica.SavedHere:
		return sign{ui.Warn, ui.IconCloudUpload, ui.T("numbers.badge.here")}, true
	case replica.Sending:
		return sign{ui.Info, ui.IconSend, ui.T("numbers.badge.sending")}, true
	case replica.SavedThere:
		return sign{ui.OK, ui.IconCheck, ui.T("numbers.badge.saved")}, true
	case replica.NeedsAttention:
		return sign{ui.Bad, ui.IconTriangleAlert, ui.T("numbers.badge.attention")}, true
	}
	return sign{}, false
}
