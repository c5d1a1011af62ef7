package coverage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

// Connects lists the ways in which connect can end under the Linux dialect, by
// family, type, errno and rule.
func (r *Reached) Connects() []Connect {
	var all []Connect
	for c := range r.connects {
		all = append(all, c)
	}
	slices.SortFunc(all, Connect.Compare)
	return all
}

// Compare orders ways by family, type, errno and the name of the rule.
func (c Connect) Compare(o Connect) int {
	return cmp.Or(cmp.Compare(c.Family, o.Family), cmp.Compare(c.Type, o.Type), cmp.Compare(c.Errno, o.Errno),
		cmp.Compare(c.Rule.String(), o.Rule.String()))
}

// Decider tells which of the rules that explain a step decided what connect
// returned in it.
type Decider struct{ role []role } // by rule id

// role is what a rule has to do with the result of connect.
type role uint8

const (
	none       role = iota
	waits           // the call begins to wait
	gives           // the call returns at once
	wakes           // a waiting call returns
	cuts            // the same, since another thread disconnected the socket
	interrupts      // a signal ends the wait
	expires         // SO_SNDTIMEO does
)

// NewDecider sorts the rules.
func NewDecider() *Decider {
	d := &Decider{make([]role, len(model.Rules())+1)}
	for _, r := range model.Rules() {
		connects := strings.HasPrefix(r.Name, "connect/")
		switch {
		case strings.HasPrefix(r.Name, "wake/cut"):
			d.role[r.ID] = cuts
		case strings.HasPrefix(r.Name, "signal/"):
			d.role[r.ID] = interrupts
		case strings.HasPrefix(r.Name, "timeout/"):
			d.role[r.ID] = expires
		case connects && r.Class == model.Block:
			d.role[r.ID] = waits
		case connects && r.Class == model.Wake:
			d.role[r.ID] = wakes
		case connects:
			d.role[r.ID] = gives
		}
	}
	return d
}

// Decide gives the rule, or 0 if none of rules decides. woken says that the call
// had waited before the step.
func (d *Decider) Decide(rules []model.RuleID, errno spec.Errno, woken bool) model.RuleID {
	var best model.RuleID
	var rank int
	for _, id := range rules {
		if n := preference(d.role[id], errno, woken); n > rank {
			best, rank = id, n
		}
	}
	return best
}

func preference(r role, errno spec.Errno, woken bool) int {
	switch {
	case r == none:
		return 0
	case r == cuts && errno == spec.EPIPE, r == interrupts && errno == spec.EINTR:
		return 4
	case r == wakes && woken, r == expires && woken, r == gives && !woken:
		return 3
	case r == wakes:
		return 2 // within the host a call may wait and be woken in one step
	case r == waits, r == gives:
		return 1
	}
	return 0
}

// PageErrno is an errno that the Linux page names.
type PageErrno struct {
	Errno  spec.Errno
	Reason string // why Linux does not give it; "" if it does
}

// notGiven are errnos of the Linux page that connect does not give on Linux,
// with what it does in their place.
var notGiven = map[spec.Errno]string{
	spec.EADDRINUSE: "Linux says EADDRNOTAVAIL where the four names are taken.",
}

// PageErrnos lists the errnos of the Linux page, in its order.
func PageErrnos() []PageErrno {
	var all []PageErrno
	for _, c := range documents.Of(spec.Linux) {
		has := func(p PageErrno) bool { return p.Errno == c.Errno }
		if c.Errno != spec.ENONE && c.Strength != spec.Informative && !slices.ContainsFunc(all, has) {
			all = append(all, PageErrno{c.Errno, notGiven[c.Errno]})
		}
	}
	return all
}
