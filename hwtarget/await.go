package hwtarget

// Await returns when something comes out of ready, which whoever holds the
// stack puts there: ready has room for it, so that nobody blocks. Unlike
// [Pump.Wait] a goroutine in Await is woken only for its own sake, or to lead.
// It returns the reason if the Pump stops first.
func (p *Pump) Await(ready <-chan struct{}) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users++
	defer p.leave()
	for p.err == nil {
		select {
		case <-ready:
			return nil
		default:
		}
		if p.leader == nobody {
			p.leads = ready
			p.lead(user)
			p.leads = nil
			if p.turn() {
				p.tell()
			}
			continue
		}
		if p.leader == own {
			p.wake() // it lets us lead
		}
		if p.follow(ready) {
			return nil
		}
	}
	return p.err
}

// follow waits, without holding the stack, for something out of ready, or for
// the lead, or for the end.
func (p *Pump) follow(ready <-chan struct{}) (got bool) {
	p.followers++
	p.mu.Unlock()
	select {
	case <-ready:
		got = true
	case <-p.baton:
	case <-p.failed:
	}
	p.mu.Lock()
	p.followers--
	return got
}

// pass offers the lead to one of those in Await. Offered twice it is taken
// once, and whoever finds it taken follows on.
func (p *Pump) pass() {
	if p.followers == 0 {
		return
	}
	select {
	case p.baton <- struct{}{}:
	default:
	}
}

// pressing says whether the leader is to look at the stack: it waits for
// something that has come, or anything may be what it waits for, or it has less
// time than it thought.
func (p *Pump) pressing() bool {
	if p.leader == user && (p.leads == nil || len(p.leads) > 0) {
		return true
	}
	return p.leader != nobody && p.deadline() < p.until
}
