package spoken

import "strings"

// Words that nobody wants to say to support, or hear from it: bodies and illness, insults, crime and death, faiths and
// parties, brands. Written without accents.
var embarrassing = set(`
	absinthe achiness afflicted aggressive anemia anemic aneurism anorexic atrophy autism autistic backstab bacteria
	badass badness bazooka bloomers bondage bonded bonding boned bonehead bootleg boozy breeches breeding bribe
	brussels buckshot buddhism buddhist cadillac cannabis cathouse celibacy celibate celtic cesarean cesspool chastise
	chastity choking chubby clubbed corpse crotch deafness deceased defile defiling defog deformed degraded demise
	democrat depraved diabetic diabolic diaper dingbat disabled disgrace divorcee dopey douche dreaded dropbox drown
	drunk ducking dweeb dyslexia dyslexic ebay ebouriffe embezzle enema enslave epidural epilepsy eskimo estrogen
	excretory exorcism exorcist fanatic fascism feminine feminism feminist feminize fester fetal flaccid flashing flogging
	fondly freebase frisbee gallows gangrene gigolo gills glaucoma gloating groin gutless headless headsman henchman
	hubcap humped humvee hunger huntress husked hypnotic idiocy imbecile implant impotent infidel iphone islamic
	islamist jailbird jailer jaundice jeep jimmy john jugular kissable kisser kleenex lasso latrine laxative leotard
	maimed mammary mardi marxism moaner moaning mongrel monkhood morality morbidly morphine morse mortally mortuary
	mourner mumps naturist negligee nemeses nerd neurosis neurotic nicotine nintendo nudist nursing obituary outhouse
	overfeed pagan pampered panties paralyze parole passover pelvis phoney poison popsicle prankish pregnant prenatal
	pubic purebred pusher pushover racism rectal rehab relapse remorse ritalin sabbath sabotage sadness satanic
	scabbed scabby scalded scam scrubbed scummy sedative seducing shanty showgirl siamese sinless skype slasher
	slobbery smasher smut sneer snooper spearman spinster splatter spousal starved starving stench sterile stinky
	stoning stripper strung stupor subduing suicide supreme swimsuit syndrome tabasco tequila thespian thigh tightwad
	tinkling traitor treason trespass tumor turban twerp uncivil undies unwed urine vaseline velcro venomous vietnam
	violator walmart wench whoopee wobbly womanly womb wooing worst xbox xerox zombie

	abyssal accuser amour angoisse arsenic assaut asservir asticot autruche bafouer bambin biopsie bistouri bombe
	cadavre captif caresser cendrier clivage clonage crotale cyanure deglutir detester detresse ecraser ejecter
	embryon enfermer ennemi epitaphe eruption excitant exhiber feconder femme feroce fiasco filleul furieux gendarme
	gorille guerrier hematome hideux horrible huileux hypnose incendie ineptie infliger injure insulter jouir jouissif
	malaxer malefice malheur mandater massif maudire mechant mensonge minable morbide naufrage nuisible odieux
	opprimer orifice outrager perforer phobie pinard plastron psychose pulsion punaise querelle ravager scelerat
	seminal sordide sottise stupeur surmener terrible tripes tumulte turpitude ubuesque usurper vampire venimeux veuve
	virus visqueux vulgaire
`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
