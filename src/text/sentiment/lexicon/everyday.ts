import type { WordRatings } from "./market.ts";

/**
 * Strong words of everyday posts that VADER's lexicon lacks, in its scale. Our own ratings; weak
 * words are left to the n-grams, which know them better.
 */
export const EVERYDAY: WordRatings = [
  [
    -3.4,
    `
      pedophile pedo pedophiles genocide holocaust massacre massacred massacres beheaded beheading
      slaughtered
    `,
  ],
  [-3.4, "atrocity atrocities bombing bombings lynching lynched executed"],
  [-3.1, "scum scumbags asshole asshat douchebags douchey twats wankers motherfuckers shithole"],
  [
    -2.8,
    `
      godawful atrocious abysmal repulsive revolting nauseating ghastly hideous putrid wretched
      heinous
    `,
  ],
  [-2.7, "gutted"],
  [
    -2.5,
    `
      garbage rubbish trash trashy crappier shite horseshit fml wtff effed fugly leukemia alzheimers
      stroke
    `,
  ],
  [
    -2.4,
    `
      idiots imbeciles retards dumbasses idiocy idiotically buffoon clowns halfwit brainless dies
      dying deaths corpses
    `,
  ],
  [-2.4, "casualties injures injuries wounded paralyzed comatose"],
  [
    -2.3,
    `
      vomit vomited vomiting vomits barf barfed diarrhea nausea nauseous nauseated queasy infection
      virus viruses
    `,
  ],
  [-2.3, "fever migraine migraines ebola"],
  [
    -2.2,
    `
      eww ewww ewwww ew yuck yuk icky smelly moldy gagging cringe cringeworthy cringy creepy creeper
      creeps creeping
    `,
  ],
  [
    -2.2,
    `
      sexist sexism misogyny misogynist misogynistic homophobic homophobia bigot bigots bigoted
      bigotry fascism
    `,
  ],
  [
    -2.2,
    `
      xenophobic islamophobia extremist extremists jihadi jihadists militants isis taliban nazi
      nazis hamas alqaeda
    `,
  ],
  [
    -2.1,
    `
      overrated underwhelming underwhelmed letdown meltdown debacle trainwreck clusterfuck shitshow
      flopped floppy
    `,
  ],
  [
    -2.1,
    `
      sham bogus faker knockoff ripoff pricey jail felon convicted conviction handcuffs manslaughter
      homicide stabbing
    `,
  ],
  [-2.1, "shootings gunman hostage hostages kidnapped kidnapping"],
  [
    -2,
    `
      sleepless sleepy insomnia hungover hangover headache headaches toothache backache earache
      bellyache cramps
    `,
  ],
  [
    -2,
    `
      cramping sprained fractured bruised bruise bruises blister blisters swollen itching
      disrespectful disrespecting
    `,
  ],
  [
    -2,
    `
      insufferable unbearable hypocrite hypocrites hypocrisy twofaced backstabber backstabbing
      manipulative
    `,
  ],
  [
    2,
    `
      vacation jackpot victory victories victorious trophy undefeated deserves deserved uplifting
      upbeat bubbly
    `,
  ],
  [2, "glowing shining soulful stylish sleek"],
  [
    2.2,
    `
      thanx tysm amen congratz grats yippee yayy yayyy yesss wooo woohooo whoop honeymoon
      celebration celebrations
    `,
  ],
  [2.2, "celebratory birthday bday"],
  [
    2.4,
    `
      lovin luv lovee loveee luvin idol dreamy magical magic goosebumps unreal lmfaoo lolol hahah
      hehe hehehe
    `,
  ],
  [2.4, "hahahahaha hottest coolest sweetest kindest"],
  [
    2.6,
    `
      favourite faves favs favourites stoked hyped psyched delish yum nom mouthwatering genius
      kickass dope
    `,
  ],
  [
    2.9,
    `
      extraordinary legendary iconic stupendous amazeballs amazingness awesomesauce awesomeness
      bestest mesmerizing
    `,
  ],
  [2.9, "mesmerising superstar"],
  [
    3.2,
    `
      incredible phenomenal spectacular epic mindblowing majestic exquisite stellar sublime
      unbeatable unforgettable
    `,
  ],
];
