package mailin

// trim gives the lines that a person wrote: what was there before, signatures and our own mark are left out. Answers
// between or below quoted lines stay, with what they answer. Where nothing would be left, everything stays. forward tells
// that the subject says so: then what others wrote is what the person wanted to show.
func trim(lines []line, forward bool) []line {
	lines = prepared(lines)
	end := historyAt(lines, forward)
	if end < 0 {
		return trimBlank(withoutMark(lines)) // a forwarded message
	}
	kept := own(lines[:end])
	if len(kept) == 0 {
		return trimBlank(withoutMark(lines))
	}
	return kept
}

// historyAt is where unquoted history begins, which nothing can be told apart in: all of it goes. It is len(lines) when
// there is none, -1 when what comes first is a message that the person forwards.
func historyAt(lines []line, forward bool) int {
	marked := false
	if forward {
		for i := range lines {
			marked = marked || markAt(lines, i) > 0
		}
	}
	for i, l := range lines {
		if l.depth > 0 || l.blank() && l.role != history {
			continue
		}
		if markAt(lines, i) > 0 {
			return i
		}
		if forward && !marked {
			continue
		}
		switch {
		case forwardIs.MatchString(l.norm):
			return -1
		case l.role == history:
			return i
		}
		if n := introAt(lines, i); n > 0 && !quotedAfter(lines, i+n) && (!isAttribution(lines, i) || namesAddress(lines[i:i+n])) {
			return i
		}
	}
	return len(lines)
}

// introAt gives how many lines from i on say that something is quoted below.
func introAt(lines []line, i int) int {
	if separatorIs.MatchString(lines[i].norm) {
		return 1
	}
	if n := headerBlockAt(lines, i); n > 0 {
		return n
	}
	return attributionAt(lines, i)
}

func isAttribution(lines []line, i int) bool {
	return !separatorIs.MatchString(lines[i].norm) && headerBlockAt(lines, i) == 0
}

// quotedAfter reports whether the next line that says anything is a quoted one. It doesn't look far.
func quotedAfter(lines []line, i int) bool {
	for end := min(len(lines), i+12); i < end; i++ {
		if lines[i].depth > 0 {
			return true
		}
		if !lines[i].blank() && introAt(lines, i) == 0 {
			return false
		}
	}
	return false
}

// section is lines one after the other that are all quoted, or none of them.
type section struct {
	quoted bool
	lines  []line
	marked bool // our mark is in it
}

// own goes through lines without unquoted history.
func own(lines []line) []line {
	sections := cut(lines)
	last, quotedBefore, answers := -1, 0, 0
	for i := range sections {
		s := &sections[i]
		if s.quoted {
			s.lines = trimBlank(s.lines)
			continue
		}
		s.lines = withoutSignature(withoutIntro(s.lines))
		if len(s.lines) > 0 {
			last = i
			answers++
		}
	}
	if last < 0 {
		return nil
	}
	for _, s := range sections[:last] {
		if s.quoted {
			quotedBefore++
		}
	}
	// Somebody who writes below a history that they left as it was didn't choose what to quote.
	if answers == 1 && quotedBefore == 1 && sections[last-1].marked && last == len(sections)-1 {
		return withoutMark(sections[last].lines)
	}
	var kept []line
	for _, s := range sections[:last+1] {
		if len(s.lines) > 0 && len(kept) > 0 {
			kept = append(kept, line{})
		}
		kept = append(kept, s.lines...)
	}
	return trimBlank(withoutMark(kept))
}

// cut parts lines into sections. Empty lines belong to what stands above them.
func cut(lines []line) []section {
	var sections []section
	for i, l := range lines {
		quoted := l.depth > 0
		n := len(sections)
		if n == 0 || !l.blank() && sections[n-1].quoted != quoted {
			sections = append(sections, section{quoted: quoted})
			n++
		}
		s := &sections[n-1]
		s.lines = append(s.lines, l)
		s.marked = s.marked || quoted && markAt(lines, i) > 0
	}
	return sections
}

// withoutIntro takes off the end of a person's lines what says that something is quoted below.
func withoutIntro(lines []line) []line {
	for {
		lines = trimBlank(lines)
		n := len(lines)
		if n == 0 {
			return nil
		}
		if ruleIs.MatchString(lines[n-1].norm) {
			lines = lines[:n-1]
			continue
		}
		found := false
		for i := n - 1; i >= max(0, n-16) && !found; i-- {
			if k := introAt(lines, i); k > 0 && i+k == n {
				lines, found = lines[:i], true
			}
		}
		if !found {
			return lines
		}
	}
}
