package spoken

import "strings"

// Words that nobody wants to say to support, or hear from it: bodies and illness, insults, crime and death, faiths and
// parties, brands. Written without accents.
var embarrassing = set(`
	absinthe achiness afflicted aggressive anemia aneurism anorexic atrophy autism autistic backstab bacteria badass
	bazooka bloomers bondage bonded bonding bonehead bootleg boozy breeches breeding bribe brussels buckshot buddhism
	cadillac cannabis cathouse celibacy celtic cesarean cesspool chastise choking chubby clubbed corpse crotch
	deafness deceased defile defiling defog deformed degraded democrat diabetic diaper dingbat disabled disgrace
	divorcee dopey douche dreaded dropbox drown drunk ducking dweeb dyslexia ebay embezzle enema enslave epidural
	epilepsy eskimo estrogen excretory exorcism fanatic fascism feminine fester fetal flaccid flashing flogging fondly
	freebase frisbee gallows gangrene gigolo gills glaucoma gloating groin gutless headless headsman henchman hubcap
	humped hunger huntress hypnotic idiocy implant impotent infidel imbecile iphone islamic islamist jailbird jailer jaundice
	jeep jimmy john jugular kissable kisser kleenex lasso latrine laxative leotard maimed mammary mardi marxism moaner
	moaning mongrel monkhood morality morbidly morphine morse mortally mortuary mumps naturist negligee nemeses nerd
	neurosis nicotine nintendo nudist obituary overfeed pagan pampered panties paralyze parole passover pelvis poison
	popsicle prankish pregnant prenatal pubic purebred pusher rectal rehab relapse ritalin sabbath sabotage sadness
	satanic scabbed scummy sedative seducing showgirl siamese sinless skype slobbery smut spearman spousal stench
	sterile stinky stripper strung stupor suicide swimsuit syndrome tabasco tequila thespian tightwad traitor treason
	trespass tumor turban twerp uncivil undies unwed urine vaseline velcro venomous vietnam violator walmart wench
	whoopee wobbly womanly womb wooing xbox zombie
	abyssal accuser amour angoisse arsenic assaut asservir asticot autruche bafouer bambin biopsie bistouri bombe
	cadavre captif caresser cendrier clivage crotale cyanure deglutir detester detresse ebouriffe ecraser ejecter
	embryon enfermer ennemi epitaphe eruption excitant exhiber feconder femme feroce fiasco filleul furieux gendarme
	gorille guerrier hematome hideux horrible huileux hypnose incendie ineptie infliger injure insulter jouir jouissif
	malaxer malefice malheur mandater massif maudire mechant mensonge minable morbide naufrage nuisible odieux
	opprimer orifice outrager perforer phobie pinard plastron psychose pulsion punaise querelle ravager scelerat
	seminal sordide sottise stupeur surmener tripes tumulte turpitude ubuesque usurper vampire venimeux veuve virus
	visqueux vulgaire
`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
